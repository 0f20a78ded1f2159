#include "wire/langfuse/otlp.hpp"

#include "core/assert.hpp"
#include "wire/json_reader.hpp"
#include "wire/langfuse/attributes.hpp"

#include <algorithm>

namespace spillway::wire::langfuse {
namespace {

using nlohmann::json;

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

std::string encode_trace(const report::generation& g, const trace_resource& resource) {
  span s;
  s.trace_id = g.trace_id;
  s.span_id = g.span_id;
  s.parent_id = g.parent_span_id;
  s.name = "chat " + g.model.value;
  s.kind = span_kind::client;
  s.started_at = g.started_at;
  s.ended_at = g.ended_at;
  s.attributes = generation_attributes(g, resource);
  if (g.failure)
    s.failure = status_message(g);
  return trace_text(s, resource);
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
