#include "wire/langfuse/envelope.hpp"

#include "wire/langfuse/attributes.hpp"
#include "wire/langfuse/span_text.hpp"

#include <algorithm>

namespace spillway::wire::langfuse {

using nlohmann::json;

json resource_attributes(const trace_resource& resource) {
  attribute_list about;
  about.add("service.name", resource.service_name);
  about.add("langfuse.environment", environment_name(resource.environment));
  about.add_if_set("langfuse.release", resource.release);
  return about.take();
}

std::string export_of(json spans, const trace_resource& resource) {
  const json scope = {{"scope", {{"name", "spillway"}}}, {"spans", std::move(spans)}};
  const json group = {{"resource", {{"attributes", resource_attributes(resource)}}},
                      {"scopeSpans", json::array({scope})}};
  return dump_json({{"resourceSpans", json::array({group})}});
}

std::string nanos_text(wall_time t) {
  return std::to_string(std::max<std::int64_t>(to_unix_nanos(t), 0));
}

} // namespace spillway::wire::langfuse
