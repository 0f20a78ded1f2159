#include "config/gateway_keys.hpp"

#include <string>
#include <utility>

namespace spillway::config {
namespace {

bool is_loopback(const std::string& host) {
  return host.starts_with("127.") || host == "::1";
}

} // namespace

result<std::vector<secret>> read_gateway_keys(const gateway_settings& s,
                                              const environment& variables) {
  std::vector<secret> keys;
  for (const std::string& name : s.keys_env) {
    auto value = variables(name);
    if (!value || value->empty())
      return error{"gateway.keys_env names " + name
                   + ", which is not set; set it to a key that "
                     "callers will send, or take it off the list"};
    keys.emplace_back(std::move(*value));
  }
  if (keys.empty() && !is_loopback(s.listen.host))
    return error{
        "gateway.listen is " + s.listen.host
        + ", which other machines can reach, and no "
          "key is asked of them; name variables with keys in gateway.keys_env, or listen on "
          "127.0.0.1"};
  return keys;
}

} // namespace spillway::config
