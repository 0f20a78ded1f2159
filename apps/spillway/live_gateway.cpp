#include "apps/spillway/live_gateway.hpp"

#include "runtime/system_wall_clock.hpp"
#include "storage/key_store.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace spillway::apps {
namespace {

/// Whether some caller could come in with a virtual key.
result<bool> has_virtual_keys(const config::journal_settings& journal) {
  if (journal.path.empty())
    return false;
  const auto store = storage::key_store::open(storage::key_store::path_beside(journal.path));
  if (!store)
    return store.failure();
  const auto keys = (*store)->load();
  if (!keys)
    return keys.failure();
  const wall_time now = runtime::system_wall_clock()(std::chrono::steady_clock::now());
  return std::ranges::any_of(*keys, [&](const auto& key) { return key.is_live(now); });
}

} // namespace

result<void> live_gateway::prepare(const config::settings& s) {
  const auto virtual_keys = has_virtual_keys(s.journal);
  if (!virtual_keys)
    return virtual_keys.failure();
  auto access = config::read_gateway_access(s.gateway, config::process_environment(),
                                            *virtual_keys);
  if (!access)
    return access.failure();
  if (!s.gateway.tls_cert.empty())
    if (auto usable = transport::beast_listener::check_certificate(s.gateway.tls_cert,
                                                                   s.gateway.tls_key);
        !usable)
      return usable;
  prepared_ = std::make_shared<const parts>(parts{s.gateway, std::move(*access)});
  return {};
}

gateway::access_rules live_gateway::take_over() {
  const auto now = prepared_.load();
  const auto before = current_.load();
  const bool same_socket =
      !before
      || (before->settings.listen == now->settings.listen
          && before->settings.tls_cert.empty() == now->settings.tls_cert.empty());
  const auto holds = same_socket ? now : before;
  current_ = holds;
  log_->is_on = holds->settings.access_log;
  renew_certificate(holds->settings);
  return {holds->access.keys, holds->access.key_required, holds->access.admin_key};
}

void live_gateway::renew_certificate(const config::gateway_settings& s) const {
  const auto listener = listener_.load();
  if (!listener || s.tls_cert.empty())
    return;
  if (const auto shown = listener->replace_certificate(s.tls_cert, s.tls_key); !shown)
    std::fprintf(stderr, "spillway: the certificate stays as it was: %s\n",
                 shown.failure().message.c_str());
}

} // namespace spillway::apps
