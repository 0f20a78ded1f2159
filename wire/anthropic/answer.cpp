#include "wire/anthropic/answer.hpp"

#include "wire/anthropic/content.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace spillway::wire::anthropic {
namespace {

/// Source: anthropic-sdk-python src/anthropic/types/stop_reason.py (2026-10).
constexpr std::array<std::pair<std::string_view, finish_reason>, 7> stop_reasons = {{
    {"end_turn", finish_reason::stop},
    {"stop_sequence", finish_reason::stop},
    {"pause_turn", finish_reason::stop},
    {"tool_use", finish_reason::tool_calls},
    {"max_tokens", finish_reason::length},
    {"model_context_window_exceeded", finish_reason::length},
    {"refusal", finish_reason::content_filter},
}};

} // namespace

void answer_builder::add_text(std::string_view text) {
  reply_.message.text += text;
}

void answer_builder::add_thoughts(reasoning_block block) {
  block.dialect = dialect;
  block.text_before = reply_.message.text.size();
  block.calls_before = reply_.message.tool_calls.size();
  reply_.message.reasoning.push_back(std::move(block));
}

void answer_builder::add_call(tool_call call) {
  if (call.name == reply_tool)
    add_text(call.arguments_json);
  else
    reply_.message.tool_calls.push_back(std::move(call));
}

void answer_builder::end(std::string native, std::string refusal) {
  reply_.finish_native = std::move(native);
  reply_.refusal = std::move(refusal);
}

chat_reply answer_builder::take(const std::string& model) {
  reply_.message.role = chat_role::assistant;
  reply_.model_reported = model;
  for (reasoning_block& block : reply_.message.reasoning)
    block.model = model;
  reply_.finish = finish_of(reply_.finish_native, !reply_.message.tool_calls.empty());
  return std::exchange(reply_, {});
}

void add_block(const json_node& block, answer_builder& answer) {
  const std::string type = block["type"].text();
  if (type == "text")
    answer.add_text(block["text"].text());
  else if (type == "tool_use")
    answer.add_call(decode_tool_use(block));
  else if (type == "thinking" || type == "redacted_thinking")
    answer.add_thoughts(decode_reasoning(block));
}

finish_reason finish_of(std::string_view native, bool calls_tools) {
  const auto known = std::ranges::find(stop_reasons, native,
                                       &std::pair<std::string_view, finish_reason>::first);
  const finish_reason finish = known == stop_reasons.end() ? finish_reason::stop : known->second;
  if (finish == finish_reason::stop || finish == finish_reason::tool_calls)
    return calls_tools ? finish_reason::tool_calls : finish_reason::stop;
  return finish;
}

std::string_view stop_reason_of(finish_reason finish, std::string_view native) {
  for (const auto& [name, meaning] : stop_reasons)
    if (name == native && meaning == finish)
      return name;
  switch (finish) {
    case finish_reason::stop: return "end_turn";
    case finish_reason::length: return "max_tokens";
    case finish_reason::tool_calls: return "tool_use";
    case finish_reason::content_filter: return "refusal";
  }
  return "end_turn";
}

} // namespace spillway::wire::anthropic
