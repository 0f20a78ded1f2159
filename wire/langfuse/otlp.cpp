#include "wire/langfuse/otlp.hpp"

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

} // namespace

std::string encode_otlp(std::span<const std::shared_ptr<const report::generation>> generations,
                        const trace_resource& resource) {
  json spans = json::array();
  for (const auto& generation : generations)
    spans.push_back(span_of(*generation, resource));
  return export_of(std::move(spans), resource);
}

} // namespace spillway::wire::langfuse
