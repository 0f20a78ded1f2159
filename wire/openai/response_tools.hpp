#pragma once

#include "core/chat.hpp"
#include "wire/json_reader.hpp"

/// Internal to the sources of `wire/openai`: what a model may call, as /responses writes it in a
/// request and repeats it in its answer.
namespace spillway::wire::openai {

nlohmann::json encode_response_tool(const tool_definition& tool);
nlohmann::json encode_response_choice(const tool_choice& choice);

} // namespace spillway::wire::openai
