#include "runtime/alert_targets.hpp"

#include "wire/alerts/answer.hpp"
#include "wire/alerts/pagerduty.hpp"
#include "wire/alerts/slack.hpp"
#include "wire/alerts/webhook.hpp"
#include "wire/langfuse/alert_event.hpp"

#include <absl/strings/escaping.h>

#include <unistd.h>

namespace spillway::runtime {
namespace {

using encoder = decltype(actors::alert_courier_options::encode);

std::string host_name() {
  std::string name(256, '\0');
  if (::gethostname(name.data(), name.size() - 1) != 0)
    return "spillway";
  name.resize(name.find('\0'));
  return name;
}

encoder encoder_for(config::alert_target_kind kind, const config::alert_access& access,
                    const std::string& source) {
  switch (kind) {
    case config::alert_target_kind::slack:
      return [access, source](const alerts::numbered_notice& n, wall_time) {
        return wire::encode_slack(*n.what, access.path.reveal(), source);
      };
    case config::alert_target_kind::pagerduty:
      return [access, source](const alerts::numbered_notice& n, wall_time) {
        return wire::encode_pagerduty(*n.what, access.path.reveal(), access.key, source);
      };
    default:
      return [to = wire::webhook_route{access.path.reveal(), access.key, source}](
                 const alerts::numbered_notice& n, wall_time now) {
        return wire::encode_webhook(n, to, now);
      };
  }
}

encoder langfuse_encoder(const langfuse_access& access, const std::string& source) {
  return [access, source](const alerts::numbered_notice& n, wall_time) {
    return wire::http_request{"POST", access.target, access.headers,
                              wire::langfuse::encode_alert_event(n, access.resource, source)};
  };
}

} // namespace

langfuse_access langfuse_access_of(const config::langfuse_settings& l,
                                   const config::langfuse_keys& keys) {
  langfuse_access out;
  out.endpoint = {l.url.tls, l.url.host, l.url.port};
  out.target = l.url.path + "/api/public/otel/v1/traces";
  const std::string credentials = keys.public_key + ":" + keys.secret_key.reveal();
  out.headers.add("Authorization", "Basic " + absl::Base64Escape(credentials));
  out.headers.add("Content-Type", "application/json");
  // Without it, rows may appear ten minutes late. Source: langfuse v4.16.0,
  // worker/src/queues/otelIngestionQueue.ts (2026-08-22).
  out.headers.add("x-langfuse-ingestion-version", "4");
  out.headers.add("x-langfuse-sdk-name", "spillway");
  out.resource = {"spillway", l.environment, l.release, l.capture_input, l.capture_output};
  return out;
}

result<actors::alert_courier_options> courier_for(const config::alert_target_settings& target,
                                                  const config::settings& settings,
                                                  const config::secrets& secrets,
                                                  const http_client_factory& make_http) {
  const std::string source =
      settings.alerts.source.empty() ? host_name() : settings.alerts.source;
  const bool traces = target.kind == config::alert_target_kind::langfuse;
  auto http = make_http({target.ca_file, 1, !traces && !target.allow_private});
  if (!http)
    return error{"alert target `" + target.name + "`: " + http.failure().message};
  actors::alert_courier_options out;
  out.target = target.name;
  out.http = std::move(*http);
  out.judge = wire::read_delivery_answer;
  if (traces) {
    const langfuse_access access = langfuse_access_of(settings.langfuse, *secrets.langfuse);
    out.endpoint = access.endpoint;
    out.encode = langfuse_encoder(access, source);
    return out;
  }
  const config::alert_access& access = secrets.alert_targets.at(target.name);
  out.endpoint = {access.url.tls, access.url.host, access.url.port};
  out.encode = encoder_for(target.kind, access, source);
  return out;
}

} // namespace spillway::runtime
