#include "apps/spillway/live_gateway.hpp"

#include "runtime/gateway_access.hpp"
#include "wire/iso_time.hpp"

#include <chrono>
#include <cstdio>

namespace spillway::apps {
namespace {

/// Time enough to get another one.
constexpr std::chrono::days certificate_notice{14};

void warn_of_end(wall_time end) {
  const duration left = end - std::chrono::system_clock::now();
  if (left < certificate_notice)
    std::fprintf(stderr, "spillway: warning: the certificate in gateway.tls_cert %s %s\n",
                 left < duration{} ? "ended" : "ends", wire::iso_time(end).c_str());
}

} // namespace

result<void> live_gateway::prepare(const config::settings& s) {
  auto needs = runtime::check_gateway(s, config::process_environment());
  if (!needs)
    return needs.failure();
  if (needs->certificate_end)
    warn_of_end(*needs->certificate_end);
  prepared_ = std::make_shared<const parts>(
      parts{s.gateway, std::move(needs->access), needs->certificate_end});
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
  renew_certificate(*holds);
  return {holds->access.keys, holds->access.key_required, holds->access.admin_key};
}

void live_gateway::renew_certificate(const parts& holds) const {
  const config::gateway_settings& s = holds.settings;
  const auto listener = listener_.load();
  if (!listener || s.tls_cert.empty())
    return;
  if (const auto shown = listener->replace_certificate(s.tls_cert, s.tls_key); !shown)
    std::fprintf(stderr, "spillway: the certificate stays as it was: %s\n",
                 shown.failure().message.c_str());
  else if (holds.certificate_end)
    write_line_("certificate read again; it ends " + wire::iso_time(*holds.certificate_end));
}

} // namespace spillway::apps
