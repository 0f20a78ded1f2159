#pragma once

#include "core/chat.hpp"
#include "wire/gemini/model_traits.hpp"
#include "wire/json_reader.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Internal to the sources of `wire/gemini`: a conversation as `contents` and `systemInstruction`.
/// Source: https://ai.google.dev/api/generate-content,
/// https://ai.google.dev/gemini-api/docs/function-calling (2026-10).
namespace spillway::wire::gemini {

struct encoded_turns {
  nlohmann::json contents = nlohmann::json::array();
  nlohmann::json system_parts = nlohmann::json::array();
};

/// Instructions at the start become the system's; a later one stays where it is, as a turn of the
/// user. Results of tools are one turn, in the order of the calls. The first turn is always the
/// user's: a blank one if there is none.
encoded_turns encode_turns(const std::vector<chat_message>& messages, const model_traits& model);

/// The turns of a caller's body, instructions first. Calls without an id get one that is unique in
/// the conversation, and results name it.
std::vector<chat_message> decode_turns(const json_node& contents, const json_node& system);

/// The id of a call that the vendor gave none, `reply` naming its answer. Never of the tool's name:
/// one answer may call a tool twice.
std::string synthetic_call_id(std::string_view reply, std::size_t index);

} // namespace spillway::wire::gemini
