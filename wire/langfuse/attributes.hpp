#pragma once

#include "core/report/generation.hpp"
#include "wire/langfuse/otlp.hpp"
#include "wire/langfuse/span.hpp"

/// Internal to the sources of `wire/langfuse`: the attributes of one span.
namespace spillway::wire::langfuse {

attribute_list generation_attributes(const report::generation& g, const trace_resource& resource);

/// What went wrong, for people; empty if nothing did.
std::string status_message(const report::generation& g);

} // namespace spillway::wire::langfuse
