#include "wire/openai/reasoning.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace spillway::wire::openai {
namespace {

using nlohmann::json;

/// Whose thoughts they are, as `format` tells it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> formats = {{
    {"anthropic", "anthropic-claude-v1"},
    {"gemini", "google-gemini-v1"},
    {"openai", "openai-responses-v1"},
}};

std::string dialect_of(std::string_view format) {
  for (const auto& [dialect, name] : formats)
    if (format.starts_with(name.substr(0, name.find('-'))))
      return std::string{dialect};
  return {};
}

std::string_view format_of(std::string_view dialect) {
  for (const auto& [known, name] : formats)
    if (known == dialect)
      return name;
  return "unknown";
}

std::vector<reasoning_block> decode_thinking_blocks(const json_node& list) {
  std::vector<reasoning_block> blocks;
  for (std::size_t i = 0; i < list.size(); ++i)
    blocks.push_back({list[i]["thinking"].text_or({}), list[i]["signature"].text_or({}),
                      list[i]["data"].text_or({}), "anthropic"});
  return blocks;
}

std::vector<reasoning_block> decode_details(const json_node& list) {
  std::vector<reasoning_block> blocks;
  for (std::size_t i = 0; i < list.size(); ++i)
    blocks.push_back(decode_reasoning_detail(list[i]));
  return blocks;
}

std::string text_of(const std::vector<reasoning_block>& blocks) {
  std::string text;
  for (const reasoning_block& block : blocks)
    if (!block.text.empty())
      text += (text.empty() ? "" : "\n\n") + block.text;
  return text;
}

json encode_details(const std::vector<reasoning_block>& blocks) {
  json list = json::array();
  for (const reasoning_block& block : blocks)
    list.push_back(encode_reasoning_detail(block, list.size()));
  return list;
}

bool is_sealed(const reasoning_block& block) {
  return !block.signature.empty() || !block.redacted_data.empty();
}

} // namespace

std::string reasoning_text(const json_node& message) {
  const json_node named = message["reasoning_content"];
  const json_node text = named.present() ? named : message["reasoning"];
  return text.is_string() ? text.text() : std::string{};
}

reasoning_block decode_reasoning_detail(const json_node& detail) {
  const json_node text = detail["text"];
  return {text.present() ? text.text() : detail["summary"].text_or({}),
          detail["signature"].text_or({}), detail["data"].text_or({}),
          dialect_of(detail["format"].text_or({}))};
}

std::vector<reasoning_block> decode_reasoning(const json_node& message) {
  for (const char* notation :
       {"reasoning_content", "reasoning", "reasoning_details", "thinking_blocks"})
    message[notation].pass_over(); // they say the same
  if (message["reasoning_details"].is_array())
    if (auto blocks = decode_details(message["reasoning_details"]); !blocks.empty())
      return blocks;
  if (message["thinking_blocks"].is_array())
    return decode_thinking_blocks(message["thinking_blocks"]);
  if (std::string text = reasoning_text(message); !text.empty())
    return {{std::move(text)}};
  return {};
}

json encode_reasoning_detail(const reasoning_block& block, std::size_t index) {
  json out = {{"format", format_of(block.dialect)}, {"index", index}};
  if (block.redacted_data.empty()) {
    out["type"] = "reasoning.text";
    out["text"] = block.text;
  } else {
    out["type"] = "reasoning.encrypted";
    out["data"] = block.redacted_data;
  }
  if (!block.signature.empty())
    out["signature"] = block.signature;
  return out;
}

void encode_reasoning(const std::vector<reasoning_block>& blocks, json& message) {
  if (std::string text = text_of(blocks); !text.empty())
    message["reasoning_content"] = std::move(text);
  if (std::ranges::any_of(blocks, is_sealed))
    message["reasoning_details"] = encode_details(blocks);
}

std::optional<reasoning_effort> effort_wanted(const chat_request& request) {
  // The levels that every model has which thinks; tokens as Anthropic's levels stand for.
  constexpr std::array<std::pair<std::int64_t, reasoning_effort>, 2> levels = {{
      {4'096, reasoning_effort::low},
      {16'384, reasoning_effort::medium},
  }};
  if (request.effort || !request.reasoning_tokens_max)
    return request.effort;
  for (const auto& [tokens, level] : levels)
    if (request.reasoning_tokens_max->value() <= tokens)
      return level;
  return reasoning_effort::high;
}

void return_reasoning(const chat_message& turn, const request_options& options, json& message) {
  if (turn.role != chat_role::assistant)
    return;
  switch (options.reasoning) {
    case reasoning_return::never: return;
    case reasoning_return::as_content:
      if (!turn.reasoning.empty() || !turn.tool_calls.empty())
        message["reasoning_content"] = text_of(turn.reasoning);
      return;
    case reasoning_return::as_details:
      if (!turn.reasoning.empty())
        message["reasoning_details"] = encode_details(turn.reasoning);
      return;
  }
}

} // namespace spillway::wire::openai
