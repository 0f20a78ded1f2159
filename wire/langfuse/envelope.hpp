#pragma once

#include "wire/json_reader.hpp"
#include "wire/langfuse/otlp.hpp"

#include <string>

/// Internal to the sources of `wire/langfuse`: what stands around spans.
namespace spillway::wire::langfuse {

/// Who exports, a list of attributes.
nlohmann::json resource_attributes(const trace_resource& resource);

/// An export of `spans`, a list.
std::string export_of(nlohmann::json spans, const trace_resource& resource);

/// As text: a JSON number of this size loses its last digits on the way.
std::string nanos_text(wall_time t);

} // namespace spillway::wire::langfuse
