#include "runtime/gateway_access.hpp"

#include "runtime/system_wall_clock.hpp"
#include "storage/key_store.hpp"
#include "transport/beast_listener.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>

namespace spillway::runtime {
namespace {

/// Whether some caller could come in with a virtual key.
result<bool> has_virtual_keys(const config::journal_settings& journal) {
  const std::string path =
      journal.path.empty() ? std::string{} : storage::key_store::path_beside(journal.path);
  std::error_code ignored;
  if (path.empty() || !std::filesystem::exists(path, ignored))
    return false;
  const auto store = storage::key_store::open(path);
  if (!store)
    return store.failure();
  const auto keys = (*store)->load();
  if (!keys)
    return keys.failure();
  const wall_time now = system_wall_clock()(std::chrono::steady_clock::now());
  return std::ranges::any_of(*keys, [&](const auto& key) { return key.is_live(now); });
}

} // namespace

result<gateway_needs> check_gateway(const config::settings& s,
                                    const config::environment& variables) {
  const auto virtual_keys = has_virtual_keys(s.journal);
  if (!virtual_keys)
    return virtual_keys.failure();
  auto access = config::read_gateway_access(s.gateway, variables, *virtual_keys);
  if (!access)
    return access.failure();
  gateway_needs out{std::move(*access), {}};
  if (s.gateway.tls_cert.empty())
    return out;
  const auto end =
      transport::beast_listener::check_certificate(s.gateway.tls_cert, s.gateway.tls_key);
  if (!end)
    return end.failure();
  out.certificate_end = *end;
  return out;
}

} // namespace spillway::runtime
