#include "core/tokens/chat_framing.hpp"

#include <algorithm>

namespace spillway::tokens {
namespace {

constexpr chat_framing openai{.verified = true};
constexpr chat_framing gpt_35_0301{.per_message = 4, .per_name = -1, .verified = true};
constexpr chat_framing openai_reasoning{.per_request = 2, .per_message = 4, .tools = 12};
constexpr chat_framing gpt_5{.per_request = 2, .per_message = 4, .tools = 17};

constexpr chat_framing json_tools(std::int64_t per_request, std::int64_t per_message,
                                  std::int64_t tools, std::int64_t per_tool) {
  return {.per_request = per_request,
          .per_message = per_message,
          .named_tool_result = 0,
          .tools = tools,
          .per_tool = per_tool,
          .tools_beside_system = 0,
          .chosen_tool = 0,
          .no_tool = 0,
          .style = tool_style::json};
}
constexpr chat_framing claude = json_tools(6, 2, 346, 25);
constexpr chat_framing claude_45 = json_tools(6, 2, 549, 25);
constexpr chat_framing gemini = json_tools(0, 0, 0, 0);
constexpr chat_framing llama = json_tools(5, 4, 173, 20);
constexpr chat_framing mistral = json_tools(2, 1, 60, 30);
constexpr chat_framing deepseek = json_tools(7, 3, 143, 40);
constexpr chat_framing qwen = json_tools(7, 4, 245, 30);
constexpr chat_framing unknown = json_tools(6, 4, 150, 30);

struct row {
  std::string_view part; // of the model's name
  const chat_framing* framing;
};

// The first that fits counts.
constexpr row rows[] = {
    {"gpt-3.5-turbo-0301", &gpt_35_0301},
    {"gpt-5", &gpt_5},
    {"gpt-oss", &openai_reasoning},
    {"gpt-", &openai},
    {"o1", &openai_reasoning},
    {"o3", &openai_reasoning},
    {"o4-", &openai_reasoning},
    {"claude-sonnet-4-5", &claude_45},
    {"claude-haiku-4-5", &claude_45},
    {"claude-opus-4-5", &claude_45},
    {"claude", &claude},
    {"gemini", &gemini},
    {"gemma", &gemini},
    {"llama", &llama},
    {"mistral", &mistral},
    {"ministral", &mistral},
    {"codestral", &mistral},
    {"devstral", &mistral},
    {"magistral", &mistral},
    {"deepseek", &deepseek},
    {"qwen", &qwen},
};

} // namespace

const chat_framing& framing_of(std::string_view upstream_name) noexcept {
  const std::string_view name = upstream_name.substr(upstream_name.rfind('/') + 1);
  const auto* const found = std::ranges::find_if(
      rows, [&](const row& r) { return name.find(r.part) != name.npos; });
  return found == std::end(rows) ? unknown : *found->framing;
}

} // namespace spillway::tokens
