#include "config/gateway_keys.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace spillway::config {
namespace {

result<secret> read_key(const std::string& key, const std::string& name,
                        const environment& variables, const std::string& use) {
  auto value = variables(name);
  if (!value || value->empty())
    return error{"gateway." + key + " names " + name + ", which is not set; set it to a key that "
                 + use};
  return secret{std::move(*value)};
}

} // namespace

bool is_loopback(const listen_address& listen) {
  return listen.host.starts_with("127.") || listen.host == "::1";
}

result<gateway_access> read_gateway_access(const gateway_settings& s, const environment& variables,
                                           bool virtual_keys) {
  gateway_access out;
  for (const std::string& name : s.keys_env) {
    auto key = read_key("keys_env", name, variables,
                        "callers will send, or take it off the list");
    if (!key)
      return key.failure();
    out.keys.push_back(std::move(*key));
  }
  if (!s.admin_key_env.empty()) {
    auto key = read_key("admin_key_env", s.admin_key_env, variables,
                        "operators will send, or leave it out");
    if (!key)
      return key.failure();
    out.admin_key = std::move(*key);
  }
  if (!out.admin_key.empty() && std::ranges::find(out.keys, out.admin_key) != out.keys.end())
    return error{"gateway.admin_key_env and gateway.keys_env name the same key; callers must not "
                 "have that of operators"};
  out.key_required = s.key_required || !is_loopback(s.listen);
  if (!is_loopback(s.listen) && out.keys.empty() && !virtual_keys)
    return error{"gateway.listen is " + s.listen.host
                 + ", which other machines can reach, and no key is asked of them; make one with "
                   "`spillway keys create`, name variables with keys in gateway.keys_env, or "
                   "listen on 127.0.0.1"};
  return out;
}

} // namespace spillway::config
