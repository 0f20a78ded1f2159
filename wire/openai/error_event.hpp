#pragma once

#include "wire/json_reader.hpp"
#include "wire/sse.hpp"

#include <string>

/// Internal to the sources of `wire/openai`.
namespace spillway::wire::openai {

/// The error in an event of a stream, as `{"error":...}`: told by the event's name (Groq), by a
/// member `error` of it or of a choice (OpenRouter), by its type (/responses) or flat (vLLM).
/// Empty: it holds none.
std::string error_in(const sse_event& event, const nlohmann::json& document);

} // namespace spillway::wire::openai
