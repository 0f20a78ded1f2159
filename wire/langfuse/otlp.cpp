#include "wire/langfuse/otlp.hpp"

#include "core/assert.hpp"
#include "wire/json_reader.hpp"
#include "wire/langfuse/attributes.hpp"
#include "wire/langfuse/envelope.hpp"
#include "wire/langfuse/span_text.hpp"

#include <algorithm>

namespace spillway::wire::langfuse {
namespace {

using nlohmann::json;

constexpr int span_kind_client = 3;
constexpr int status_code_error = 2;

json span_status(const report::generation& g) {
  if (!g.failure)
    return json::object();
  return {{"code", status_code_error}, {"message", status_message(g)}};
}

json span_of(const report::generation& g, const trace_resource& resource) {
  json span = {{"traceId", hex_id(g.trace_id, trace_id_digits)},
               {"spanId", hex_id(g.span_id, span_id_digits)},
               {"name", "chat " + g.model.value},
               {"kind", span_kind_client},
               {"startTimeUnixNano", nanos_text(g.started_at)},
               {"endTimeUnixNano", nanos_text(std::max(g.started_at, g.ended_at))},
               {"attributes", generation_attributes(g, resource)},
               {"status", span_status(g)}};
  if (!g.parent_span_id.empty())
    span["parentSpanId"] = hex_id(g.parent_span_id, span_id_digits);
  return span;
}

/// Parts of one trace; a line break is no part of either, JSON has it escaped.
struct trace_lines {
  std::string_view resource;
  std::string_view span;
};

trace_lines lines_of(std::string_view trace) {
  const auto end = trace.find('\n');
  SPILLWAY_ASSERT(end != std::string_view::npos);
  return {trace.substr(0, end), trace.substr(end + 1)};
}

bool is_text(const json& attribute) {
  const auto key = attribute.find("key");
  return key != attribute.end()
         && (*key == "langfuse.observation.input" || *key == "langfuse.observation.output");
}

} // namespace

std::string encode_trace(const report::generation& generation, const trace_resource& resource) {
  return dump_json({{"attributes", resource_attributes(resource)}}) + '\n'
         + dump_json(span_of(generation, resource));
}

std::string join_traces(const std::vector<std::string_view>& traces) {
  constexpr std::string_view close_group = "]}]}";
  std::string body = R"({"resourceSpans":[)";
  std::string_view open;
  for (const std::string_view trace : traces) {
    const auto [resource, span] = lines_of(trace);
    if (resource == open) {
      body += ',';
    } else {
      if (!open.empty())
        body.append(close_group) += ',';
      body.append(R"({"resource":)").append(resource);
      body.append(R"(,"scopeSpans":[{"scope":{"name":"spillway"},"spans":[)");
      open = resource;
    }
    body.append(span);
  }
  if (!open.empty())
    body.append(close_group);
  return body += "]}";
}

std::optional<std::string> without_texts(std::string_view trace) {
  const auto [resource, span] = lines_of(trace);
  auto document = parse_json(span);
  if (!document || !document->contains("attributes"))
    return std::nullopt;
  json& attributes = (*document)["attributes"];
  const std::size_t before = attributes.size();
  attributes.erase(std::remove_if(attributes.begin(), attributes.end(), is_text), attributes.end());
  if (attributes.size() == before)
    return std::nullopt;
  return std::string{resource} + '\n' + dump_json(*document);
}

} // namespace spillway::wire::langfuse
