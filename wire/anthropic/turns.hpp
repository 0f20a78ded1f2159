#pragma once

#include "core/chat.hpp"
#include "wire/anthropic/model_traits.hpp"
#include "wire/json_reader.hpp"

#include <string_view>

/// Internal to the sources of `wire/anthropic`: a conversation as the vendor's `system` and
/// `messages`.
namespace spillway::wire::anthropic {

struct encoded_turns {
  nlohmann::json system = nlohmann::json::array();   ///< text blocks
  nlohmann::json messages = nlohmann::json::array(); ///< turns of `role` and blocks
  /// The last turn of the assistant called tools, has answers to them, and begins without thoughts.
  bool loop_without_thoughts = false;
};

/// See `encode_chat_request`. `model`: who is asked, for the thoughts that may go back.
encoded_turns encode_turns(const std::vector<chat_message>& messages, std::string_view model,
                           const model_traits& traits);

/// The turns of a body: those of `system` first. A user's turn becomes the results it holds, and
/// the rest.
std::vector<chat_message> decode_turns(const json_node& root);

} // namespace spillway::wire::anthropic
