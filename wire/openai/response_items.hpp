#pragma once

#include "core/chat.hpp"
#include "wire/json_reader.hpp"

#include <string>
#include <vector>

/// Internal to the sources of `wire/openai`: the items that input and output of /responses are made
/// of.
namespace spillway::wire::openai {

/// The turns that a request's input stands for: a text, or items, of which those of one answer make
/// one turn. Items that refer to what a server keeps, or that only OpenAI's own servers can have
/// made, are faults.
void decode_input(const json_node& input, std::vector<chat_message>& messages);

nlohmann::json encode_input(const std::vector<chat_message>& messages);

/// Adds one item of an assistant: message, function_call or reasoning. Others, which are calls that
/// the vendor itself has answered, are passed over.
void decode_output_item(const json_node& item, chat_message& message);

/// The thoughts of a reasoning item. The signature of the vendor's own names the item and holds what
/// is encrypted: "rs_1:gAAA...".
reasoning_block decode_thought(const json_node& item);

/// What stands as `encrypted_content` of an item of ours, so that thoughts of any dialect survive
/// the way to a client and back. Empty if nothing of them must.
std::string sealed_thought(const reasoning_block& block);

/// Why a response ended. `native` is the reason an incomplete one gives, else its status.
struct response_end {
  finish_reason finish;
  std::string native;
};
response_end decode_response_end(const json_node& response, bool calls_tools);

} // namespace spillway::wire::openai
