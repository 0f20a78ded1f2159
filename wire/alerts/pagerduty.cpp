#include "wire/alerts/pagerduty.hpp"

#include "core/tokens/utf8.hpp"
#include "wire/iso_time.hpp"
#include "wire/json_document.hpp"

#include <algorithm>

namespace spillway::wire {
namespace {

using json = nlohmann::ordered_json;
using alerts::notice_kind;

constexpr std::size_t summary_bytes_max = 1'024;

const char* severity_of(const alerts::notice& n) {
  switch (n.what.severity) {
    case alert_severity::critical: return "critical";
    case alert_severity::warning: return "warning";
    case alert_severity::notice: break;
  }
  return "info";
}

std::string summary_of(const alerts::notice& n) {
  std::string out = n.what.key.rule + ": " + n.what.key.subject + ": " + n.what.text;
  out.resize(tokens::border_before(out, std::min(out.size(), summary_bytes_max)));
  return out;
}

json payload_of(const alerts::notice& n, const std::string& source) {
  return {{"summary", summary_of(n)},
          {"source", source},
          {"severity", severity_of(n)},
          {"timestamp", iso_time(n.at)},
          {"component", n.what.key.subject},
          {"group", "spillway"},
          {"class", n.what.key.rule},
          {"custom_details",
           {{"text", n.what.text},
            {"period", n.what.key.period},
            {"since", iso_time(n.since)},
            {"count", n.count}}}};
}

} // namespace

std::string pagerduty_body(const alerts::notice& n, const secret& routing_key,
                           const std::string& source) {
  const bool over = n.kind == notice_kind::resolve;
  json out = {{"routing_key", routing_key.reveal()},
              {"event_action", over ? "resolve" : "trigger"},
              {"dedup_key", dedup_key(n)}};
  if (!over) {
    out["client"] = "Spillway";
    out["payload"] = payload_of(n, source);
  }
  return dump_in_order(out);
}

http_request encode_pagerduty(const alerts::notice& n, const std::string& target,
                              const secret& routing_key, const std::string& source) {
  http_request out{"POST", target, {}, pagerduty_body(n, routing_key, source)};
  out.headers.add("Content-Type", "application/json");
  return out;
}

} // namespace spillway::wire
