#include "wire/langfuse/alert_event.hpp"

#include "wire/langfuse/span.hpp"

namespace spillway::wire::langfuse {
namespace {

const char* level_of(const alerts::notice& n) {
  if (n.kind == alerts::notice_kind::resolve)
    return "DEFAULT";
  switch (n.what.severity) {
    case alert_severity::critical: return "ERROR";
    case alert_severity::warning: return "WARNING";
    case alert_severity::notice: break;
  }
  return "DEFAULT";
}

attribute_list attributes_of(const alerts::numbered_notice& n, const std::string& source) {
  const std::string observation = "langfuse.observation.";
  const std::string metadata = observation + "metadata.";
  const alerts::notice& what = *n.what;
  attribute_list list;
  list.add(observation + "type", "event");
  list.add(observation + "level", level_of(what));
  list.add(observation + "status_message", line_of(what));
  list.add("langfuse.trace.name", "spillway alert");
  list.add_all("langfuse.trace.tags", {"spillway-alert"});
  list.add(metadata + "notice", std::to_string(n.id));
  list.add(metadata + "kind", to_string(what.kind));
  list.add(metadata + "severity", to_string(what.what.severity));
  list.add(metadata + "rule", what.what.key.rule);
  list.add(metadata + "subject", what.what.key.subject);
  list.add_if_set(metadata + "period", what.what.key.period);
  list.add(metadata + "count", std::to_string(what.count));
  list.add(metadata + "dedup_key", dedup_key(what));
  list.add(metadata + "source", source);
  return list;
}

} // namespace

std::string encode_alert_event(const alerts::numbered_notice& n, const trace_resource& resource,
                               const std::string& source) {
  const std::string name = "spillway/notice/" + std::to_string(n.id);
  const bool failed = std::string_view{level_of(*n.what)} == "ERROR";
  span s;
  s.trace_id = s.span_id = name;
  s.name = "spillway alert " + n.what->what.key.rule;
  s.started_at = s.ended_at = n.what->at;
  s.attributes = attributes_of(n, source);
  if (failed)
    s.failure = n.what->what.text;
  return join_traces({trace_text(s, resource)});
}

} // namespace spillway::wire::langfuse
