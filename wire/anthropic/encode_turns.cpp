#include "wire/anthropic/assistant_turn.hpp"
#include "wire/anthropic/content.hpp"
#include "wire/anthropic/turns.hpp"

#include <algorithm>
#include <utility>

namespace spillway::wire::anthropic {
namespace {

using nlohmann::json;

/// What the user says where the vendor wants a first word and there is none.
constexpr std::string_view first_word = "Begin.";

bool instructs(const chat_message& message) {
  return message.role == chat_role::system || message.role == chat_role::developer;
}

json turn_of(std::string_view role, json blocks) {
  return {{"role", role}, {"content", std::move(blocks)}};
}

bool is_thought(const json& block) {
  return block["type"] == "thinking" || block["type"] == "redacted_thinking";
}

void append_all(json& list, json more) {
  for (json& item : more)
    list.push_back(std::move(item));
}

/// Instructions within a conversation, for a model that takes none there.
json as_user_text(const json& blocks) {
  json folded = json::array();
  for (const json& block : blocks) {
    json text = block;
    if (block["type"] == "text")
      text["text"] = "<system>\n" + block["text"].get<std::string>() + "\n</system>";
    folded.push_back(std::move(text));
  }
  return folded;
}

json blocks_of(const chat_message& message, std::string_view model) {
  json blocks = json::array();
  switch (message.role) {
    case chat_role::tool: blocks.push_back(encode_tool_result(message)); break;
    case chat_role::assistant: blocks = encode_assistant(message, model); break;
    default: blocks = encode_content(message); break;
  }
  if (!message.refusal.empty() && blocks.empty())
    blocks.push_back(text_block(message.refusal));
  if (!blocks.empty() && !is_thought(blocks.back())) // the vendor takes no mark there
    mark_cache(blocks.back(), message.cache);
  return blocks;
}

const char* role_of(const chat_message& message) {
  if (instructs(message))
    return "system";
  return message.role == chat_role::assistant ? "assistant" : "user";
}

void append_turn(json& turns, std::string_view role, json blocks) {
  if (blocks.empty())
    return;
  if (!turns.empty() && turns.back()["role"] == role)
    append_all(turns.back()["content"], std::move(blocks));
  else
    turns.push_back(turn_of(role, std::move(blocks)));
}

/// Instructions may follow a user's turn, before the assistant's or at the end.
/// Source: https://platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages.
bool is_well_placed(const json& turns, std::size_t i) {
  return i > 0 && turns[i - 1]["role"] == "user"
         && (i + 1 == turns.size() || turns[i + 1]["role"] == "assistant");
}

json with_instructions_placed(json turns, const model_traits& traits) {
  json placed = json::array();
  for (std::size_t i = 0; i < turns.size(); ++i) {
    const std::string role = turns[i]["role"];
    const bool fold = role == "system" && !(traits.system_turns && is_well_placed(turns, i));
    if (fold)
      append_turn(placed, "user", as_user_text(turns[i]["content"]));
    else
      append_turn(placed, role, turns[i]["content"]);
  }
  return placed;
}

/// The vendor wants the results of tools before the user's other words.
void put_results_first(json& blocks) {
  auto& list = blocks.get_ref<json::array_t&>();
  std::stable_partition(list.begin(), list.end(),
                        [](const json& b) { return b["type"] == "tool_result"; });
}

void trim_end(json& turn) {
  json& last = turn["content"].back();
  if (turn["role"] != "assistant" || last["type"] != "text")
    return;
  auto& text = last["text"].get_ref<std::string&>();
  text.erase(text.find_last_not_of(" \t\r\n\v\f") + 1);
}

bool is_loop_without_thoughts(const json& turns) {
  std::size_t last = turns.size() - 1;
  if (turns[last]["role"] == "system")
    --last;
  const bool answers = last > 0 && turns[last]["content"].front()["type"] == "tool_result";
  return answers && !is_thought(turns[last - 1]["content"].front());
}

} // namespace

encoded_turns encode_turns(const std::vector<chat_message>& messages, std::string_view model,
                           const model_traits& traits) {
  encoded_turns encoded;
  json turns = json::array();
  bool leading = true;
  for (const chat_message& message : messages) {
    leading = leading && instructs(message);
    json blocks = blocks_of(message, model);
    if (leading)
      append_all(encoded.system, std::move(blocks));
    else
      append_turn(turns, role_of(message), std::move(blocks));
  }
  turns = with_instructions_placed(std::move(turns), traits);
  if (turns.empty() || turns.front()["role"] != "user")
    turns.insert(turns.begin(), turn_of("user", json::array({text_block(first_word)})));
  for (json& turn : turns)
    if (turn["role"] == "user")
      put_results_first(turn["content"]);
  trim_end(turns.back());
  encoded.loop_without_thoughts = is_loop_without_thoughts(turns);
  encoded.messages = std::move(turns);
  return encoded;
}

} // namespace spillway::wire::anthropic
