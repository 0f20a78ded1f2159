#include "wire/langfuse/attributes.hpp"

#include "wire/iso_time.hpp"
#include "wire/langfuse/details.hpp"
#include "wire/langfuse/span_text.hpp"

namespace spillway::wire::langfuse {
namespace {

const std::string observation = "langfuse.observation.";
const std::string metadata = "langfuse.observation.metadata.";

/// Not inherited from the trace: each span must say it.
void add_trace(const report::generation& g, attribute_list& list) {
  list.add_if_set("langfuse.trace.name", g.trace_name);
  list.add_if_set("langfuse.user.id", g.user);
  list.add_if_set("langfuse.session.id", g.session);
  list.add_all("langfuse.trace.tags", g.tags);
}

void add_texts(const report::generation& g, const trace_resource& resource, attribute_list& list) {
  if (g.input)
    list.add_if_set(observation + "model.parameters", model_parameters(*g.input));
  if (g.input && resource.capture_input)
    list.add(observation + "input", input_text(*g.input));
  if (g.embedded && resource.capture_input)
    list.add(observation + "input", input_text(*g.embedded));
  if (g.output && resource.capture_output)
    list.add(observation + "output", output_text(*g.output));
}

void add_failure(const report::generation& g, attribute_list& list) {
  if (!g.failure)
    return;
  list.add(observation + "level", "ERROR");
  list.add(observation + "status_message", status_message(g));
  list.add(metadata + "failure", to_string(g.failure->kind));
  if (g.failure->http_status != 0)
    list.add(metadata + "http_status", std::to_string(g.failure->http_status));
}

void add_reply(const chat_reply& reply, attribute_list& list) {
  list.add(metadata + "finish_reason", to_string(reply.finish));
  list.add_if_set(metadata + "finish_native", reply.finish_native);
  list.add_if_set(metadata + "provider_request_id", reply.provider_request_id);
}

std::string milliseconds(duration d) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(d).count());
}

/// Numbers too are text: filters on metadata compare strings.
void add_metadata(const report::generation& g, attribute_list& list) {
  list.add(metadata + "attempt", std::to_string(g.attempt));
  list.add(metadata + "request", std::to_string(g.request.value));
  list.add(metadata + "lease", std::to_string(g.lease.value));
  list.add(metadata + "waited_ms", milliseconds(g.waited));
  list.add_if_set(metadata + "provider", g.provider.value);
  list.add_if_set(metadata + "model_reported", g.model_reported);
  list.add_if_set(metadata + "fallback_from", g.fallback_from.value);
  if (g.usage.estimated)
    list.add(metadata + "usage_estimated", "true");
  if (g.output)
    add_reply(*g.output, list);
  if (!is_hex_id(g.trace_id, trace_id_digits))
    list.add(metadata + "trace_id", g.trace_id);
  for (const auto& [name, value] : g.metadata)
    list.add(metadata + name, value);
}

} // namespace

std::string status_message(const report::generation& g) {
  if (!g.failure)
    return {};
  const std::string kind = to_string(g.failure->kind);
  return g.failure->message.empty() ? kind : kind + ": " + g.failure->message;
}

attribute_list generation_attributes(const report::generation& g, const trace_resource& resource) {
  attribute_list list;
  list.add(observation + "type", g.embedded ? "embedding" : "generation");
  list.add(observation + "model.name", g.model.value);
  list.add(observation + "usage_details", usage_details(g.usage));
  list.add(observation + "cost_details", cost_details(g.cost));
  if (g.first_byte_at > wall_time{})
    list.add(observation + "completion_start_time", iso_time(g.first_byte_at));
  add_trace(g, list);
  add_texts(g, resource, list);
  add_failure(g, list);
  add_metadata(g, list);
  return list;
}

} // namespace spillway::wire::langfuse
