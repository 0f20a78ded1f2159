#pragma once

#include "core/chat.hpp"
#include "wire/json_reader.hpp"
#include "wire/json_writer.hpp"
#include "wire/openai/content.hpp"
#include "wire/openai/request_options.hpp"

#include <string>
#include <vector>

/// Internal to the sources of `wire/openai`: one turn of a conversation, as it stands in requests
/// and replies alike.
namespace spillway::wire::openai {

/// `signatures`: with what other vendors want back of a call.
nlohmann::json encode_tool_calls(const std::vector<tool_call>& calls, bool signatures = false);

/// `synthetic_id` begins the ids of calls that have none: a result must be able to name its call.
std::vector<tool_call> decode_tool_calls(const json_node& calls, const std::string& synthetic_id);

/// What a call names and gives: its `function: {name, arguments}`, or the `custom: {name, input}`
/// of a tool that takes any text.
json_node called_by(const json_node& call);

/// The arguments of what a call names: a text, of a function one that holds JSON; some servers send
/// the object itself.
std::string decode_arguments(const json_node& called);

/// The signature Gemini put on a call, where its own OpenAI façade has it.
/// Source: https://ai.google.dev/gemini-api/docs/thought-signatures (2026-10).
std::string decode_signature(const json_node& call);

/// Writes the turns of a request into an open list. They are one more where a tool's result holds
/// what no tool turn can: such parts follow the results in a user turn.
void write_messages(const std::vector<chat_message>& messages, const request_options& options,
                    json_writer& out);

/// A turn of a request; `index` numbers it.
chat_message decode_message(const json_node& node, std::size_t index);

/// What an assistant says, in requests and replies: content, refusal, thoughts and calls.
void decode_assistant(const json_node& node, const std::string& synthetic_id, other_parts others,
                      chat_message& message);

} // namespace spillway::wire::openai
