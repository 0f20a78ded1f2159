#pragma once

#include "core/chat.hpp"
#include "wire/json_reader.hpp"
#include "wire/openai/request_options.hpp"

#include <optional>

/// Internal to the sources of `wire/openai`: what a model may call.
namespace spillway::wire::openai {

/// Adds tools, choice and parallelism to a request; nothing without tools, since the vendor refuses
/// the other fields then.
void encode_tools(const chat_request& request, const request_options& options,
                  nlohmann::json& out);

tool_definition decode_tool(const json_node& node);

std::optional<tool_choice> decode_tool_choice(const json_node& node);

/// "auto", "none" or "required"; absent for anything else.
std::optional<tool_choice_mode> parse_choice_mode(std::string_view name);
const char* to_string(tool_choice_mode mode); ///< of the first three

} // namespace spillway::wire::openai
