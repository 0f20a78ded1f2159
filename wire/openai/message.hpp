#pragma once

#include "core/chat.hpp"
#include "wire/json_reader.hpp"

/// Internal to the sources of `wire/openai`: one turn of a conversation, as it stands in requests
/// and replies alike.
namespace spillway::wire::openai {

nlohmann::json encode_tool_calls(const std::vector<tool_call>& calls);

/// `synthetic_id` begins the ids of calls that have none: a result must be able to name its call.
std::vector<tool_call> decode_tool_calls(const json_node& calls, const std::string& synthetic_id);

/// Text, or a list of text parts, which are joined. Other parts are faults.
std::string decode_content(const json_node& content);

} // namespace spillway::wire::openai
