#include "wire/anthropic/content.hpp"
#include "wire/anthropic/turns.hpp"
#include "wire/foreign_fields.hpp"

#include <string>
#include <utility>

namespace spillway::wire::anthropic {
namespace {

using kind = content_part::kind;

/// A turn of one text is `text`; anything else stays in parts.
void settle_content(chat_message& message) {
  if (message.parts.size() != 1 || message.parts.front().what != kind::text
      || !message.parts.front().foreign.json.empty())
    return;
  message.text = std::move(message.parts.front().text);
  message.cache = message.parts.front().cache;
  message.parts.clear();
}

/// Text, or a list of blocks.
void decode_content(const json_node& content, chat_message& message) {
  if (!content.is_array()) {
    message.text = content.text();
    return;
  }
  for (std::size_t i = 0; i < content.size(); ++i)
    message.parts.push_back(decode_part(content[i]));
  settle_content(message);
}

chat_message decode_instructions(const json_node& content) {
  chat_message message;
  message.role = chat_role::system;
  decode_content(content, message);
  return message;
}

chat_message decode_tool_result(const json_node& block) {
  chat_message message;
  message.role = chat_role::tool;
  message.tool_call_id = block["tool_use_id"].text();
  message.is_error = block["is_error"].boolean().value_or(false);
  if (block["content"].present())
    decode_content(block["content"], message);
  if (const cache_mark own = decode_cache(block); own != cache_mark::none)
    message.cache = own;
  message.foreign = unread_fields(block, dialect);
  return message;
}

/// The results it holds, then the rest as a turn of the user.
void decode_user(const json_node& content, std::vector<chat_message>& turns) {
  chat_message message;
  message.role = chat_role::user;
  const std::size_t before = turns.size();
  if (!content.is_array()) {
    decode_content(content, message);
    turns.push_back(std::move(message));
    return;
  }
  for (std::size_t i = 0; i < content.size(); ++i) {
    const json_node block = content[i];
    if (block["type"].text_or({}) == "tool_result")
      turns.push_back(decode_tool_result(block));
    else
      message.parts.push_back(decode_part(block));
  }
  settle_content(message);
  if (turns.size() == before || !message.parts.empty() || !message.text.empty())
    turns.push_back(std::move(message));
}

/// One assistant's turn: its texts are one text, unless parts of it are marked or foreign.
chat_message decode_assistant(const json_node& content) {
  chat_message message;
  message.role = chat_role::assistant;
  if (!content.is_array()) {
    message.text = content.text();
    return message;
  }
  std::size_t text = 0;
  bool plain = true;
  for (std::size_t i = 0; i < content.size(); ++i) {
    const json_node block = content[i];
    const std::string type = block["type"].text();
    if (type == "thinking" || type == "redacted_thinking") {
      reasoning_block& thoughts = message.reasoning.emplace_back(decode_reasoning(block));
      thoughts.text_before = text;
      thoughts.calls_before = message.tool_calls.size();
    } else if (type == "tool_use") {
      message.tool_calls.push_back(decode_tool_use(block));
      message.cache = decode_cache(block);
    } else {
      const content_part& part = message.parts.emplace_back(decode_part(block));
      plain = plain && part.what == kind::text && part.cache == cache_mark::none
              && part.foreign.json.empty();
      text += part.what == kind::text ? part.text.size() : 0;
    }
  }
  if (!plain)
    return message;
  for (const content_part& part : message.parts)
    message.text += part.text;
  message.parts.clear();
  return message;
}

} // namespace

std::vector<chat_message> decode_turns(const json_node& root) {
  std::vector<chat_message> turns;
  if (root["system"].present())
    turns.push_back(decode_instructions(root["system"]));
  const json_node messages = root["messages"];
  if (messages.size() == 0)
    messages.reject("must hold at least one message");
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const json_node role = messages[i]["role"];
    const json_node content = messages[i]["content"];
    const std::string name = role.text();
    if (name == "user")
      decode_user(content, turns);
    else if (name == "assistant")
      turns.push_back(decode_assistant(content));
    else if (name == "system")
      turns.push_back(decode_instructions(content));
    else
      role.reject("must be user or assistant");
  }
  return turns;
}

} // namespace spillway::wire::anthropic
