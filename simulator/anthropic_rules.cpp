#include "simulator/anthropic_rules.hpp"

#include "simulator/chance.hpp"
#include "wire/anthropic/model_traits.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <utility>

namespace spillway::simulator {
namespace {

using nlohmann::json;
using verdict = std::optional<std::string>;
using wire::anthropic::model_traits;
using wire::anthropic::thinking_form;

constexpr std::array<std::string_view, 23> known_fields = {
    "model",          "max_tokens",    "messages",           "system",
    "temperature",    "top_p",         "top_k",              "stop_sequences",
    "stream",         "tools",         "tool_choice",        "metadata",
    "thinking",       "output_config", "service_tier",       "container",
    "inference_geo",  "cache_control", "mcp_servers",        "context_management",
    "betas",          "speed",         "output_format"};

constexpr std::array<std::string_view, 15> known_blocks = {
    "text",
    "image",
    "document",
    "tool_use",
    "tool_result",
    "thinking",
    "redacted_thinking",
    "server_tool_use",
    "search_result",
    "web_search_tool_result",
    "web_fetch_tool_result",
    "container_upload",
    "code_execution_tool_result",
    "bash_code_execution_tool_result",
    "mcp_tool_use"};

constexpr std::size_t cache_marks_max = 4;

bool is_blank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

std::string text_at(const json& object, const char* name) {
  const auto it = object.find(name);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string{};
}

/// A turn's content as blocks, whichever way it was written.
json blocks_of(const json& turn) {
  const json& content = turn.at("content");
  return content.is_string() ? json::array({{{"type", "text"}, {"text", content}}}) : content;
}

bool is_id(const std::string& id) {
  return !id.empty() && std::ranges::all_of(id, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-';
  });
}

std::string at(std::size_t turn, std::size_t block) {
  return "messages." + std::to_string(turn) + ".content." + std::to_string(block);
}

verdict check_fields(const json& body) {
  for (const auto& [name, value] : body.items())
    if (std::ranges::find(known_fields, name) == known_fields.end())
      return name + ": Extra inputs are not permitted";
  return std::nullopt;
}

verdict check_block(const json& block, const std::string& where, bool assistant) {
  const std::string type = text_at(block, "type");
  if (std::ranges::find(known_blocks, type) == known_blocks.end())
    return where + ": Input tag '" + type
           + "' found using 'type' does not match any of the expected tags";
  if (type == "text" && text_at(block, "text").empty())
    return where + ": text content blocks must be non-empty";
  if (type == "text" && is_blank(text_at(block, "text")))
    return where + ": text content blocks must contain non-whitespace text";
  if (type == "tool_use" && !is_id(text_at(block, "id")))
    return where + ".tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'";
  if (type == "tool_use" && !block.at("input").is_object())
    return where + ".tool_use.input: Input should be a valid dictionary";
  if (type == "thinking" && text_at(block, "signature") != sign_thought(text_at(block, "thinking")))
    return where + ": Invalid `signature` in `thinking` block";
  if (type == "tool_result" && assistant)
    return where + ": `tool_result` blocks can only be in `user` messages";
  if ((type == "tool_use" || type == "thinking") && !assistant)
    return where + ": `" + type + "` blocks can only be in `assistant` messages";
  return std::nullopt;
}

verdict check_role(const json& messages, std::size_t i, const model_traits& traits) {
  const std::string role = text_at(messages[i], "role");
  if (role != "system")
    return i == 0 && role != "user" ? verdict{"messages: first message must use the \"user\" role"}
                                    : std::nullopt;
  if (i == 0)
    return "messages.0: use the top-level 'system' parameter for the initial system prompt";
  const std::string where = "messages." + std::to_string(i);
  if (!traits.system_turns)
    return where + ": role 'system' is not supported on this model";
  const bool before = text_at(messages[i - 1], "role") == "user";
  const bool after = i + 1 == messages.size() || text_at(messages[i + 1], "role") == "assistant";
  return before && after ? std::nullopt
                         : verdict{where + ": role 'system' must follow a user turn and precede an "
                                           "assistant turn"};
}

/// Every call of an assistant's turn is answered at the start of the next one, and nothing else is.
verdict check_results(const json& turn, const json* next, std::size_t i) {
  std::set<std::string> called;
  for (const json& block : blocks_of(turn))
    if (text_at(block, "type") == "tool_use")
      called.insert(text_at(block, "id"));
  bool others = false;
  const json answers = next ? blocks_of(*next) : json::array();
  for (std::size_t k = 0; k < answers.size(); ++k) {
    if (text_at(answers[k], "type") != "tool_result") {
      others = true;
      continue;
    }
    if (others && !called.empty())
      return at(i + 1, k) + ": `tool_result` blocks must come before other content";
    if (called.erase(text_at(answers[k], "tool_use_id")) == 0)
      return at(i + 1, k) + ": unexpected `tool_use_id` found in `tool_result` blocks: "
             + text_at(answers[k], "tool_use_id");
  }
  if (called.empty())
    return std::nullopt;
  return "messages." + std::to_string(i)
         + ": `tool_use` ids were found without `tool_result` blocks immediately after: "
         + *called.begin();
}

verdict check_turn(const json& messages, std::size_t i, const model_traits& traits) {
  if (auto wrong = check_role(messages, i, traits))
    return wrong;
  const bool assistant = text_at(messages[i], "role") == "assistant";
  const json blocks = blocks_of(messages[i]);
  if (blocks.empty())
    return "messages." + std::to_string(i) + ": all messages must have non-empty content";
  for (std::size_t k = 0; k < blocks.size(); ++k)
    if (auto wrong = check_block(blocks[k], at(i, k), assistant))
      return wrong;
  const json* next = i + 1 < messages.size() ? &messages[i + 1] : nullptr;
  return assistant ? check_results(messages[i], next, i) : std::nullopt;
}

verdict check_turns(const json& body, const model_traits& traits) {
  const json& messages = body.at("messages");
  for (std::size_t i = 0; i < messages.size(); ++i)
    if (auto wrong = check_turn(messages, i, traits))
      return wrong;
  const json last = blocks_of(messages.back()).back();
  const std::string text = text_at(last, "text");
  if (text_at(messages.back(), "role") == "assistant" && !text.empty()
      && is_blank(text.substr(text.size() - 1)))
    return "messages: final assistant content cannot end with trailing whitespace";
  return std::nullopt;
}

verdict check_sampling(const json& body, const model_traits& traits) {
  if (traits.one_sampler && body.contains("temperature") && body.contains("top_p"))
    return "`temperature` and `top_p` cannot both be specified for this model. Please use only "
           "one.";
  for (const char* name : {"temperature", "top_p", "top_k"})
    if (body.contains(name) && !traits.sampling)
      return "`" + std::string{name} + "` is deprecated for this model.";
  return std::nullopt;
}

bool forces_call(const json& body) {
  const std::string type = text_at(body.value("tool_choice", json::object()), "type");
  return type == "any" || type == "tool";
}

verdict check_budget(const json& body, const json& thinking) {
  const auto budget = thinking.value("budget_tokens", json(0)).get<std::int64_t>();
  if (body.value("max_tokens", budget + 1) <= budget)
    return "`max_tokens` must be greater than `thinking.budget_tokens`.";
  if (forces_call(body))
    return "Thinking may not be enabled when tool_choice forces tool use.";
  if (body.contains("temperature") && body["temperature"] != 1)
    return "`temperature` may only be set to 1 when thinking is enabled.";
  const json& messages = body.at("messages");
  if (messages.size() < 2 || text_at(blocks_of(messages.back()).front(), "type") != "tool_result")
    return std::nullopt;
  const std::string first =
      text_at(blocks_of(messages[messages.size() - 2]).front(), "type");
  return first == "thinking" || first == "redacted_thinking"
             ? std::nullopt
             : verdict{"messages." + std::to_string(messages.size() - 2)
                       + ".content.0.type: Expected `thinking` or `redacted_thinking`, but found `"
                       + first + "`."};
}

verdict check_thinking(const json& body, const model_traits& traits) {
  const json thinking = body.value("thinking", json::object());
  const std::string type = text_at(thinking, "type");
  const thinking_form form = traits.thinking;
  if (type == "disabled" && !traits.thinking_stops)
    return "\"thinking.type.disabled\" is not supported for this model.";
  if (type == "adaptive" && form != thinking_form::adaptive && form != thinking_form::either)
    return "adaptive thinking is not supported on this model";
  if (type != "enabled")
    return std::nullopt;
  if (form == thinking_form::adaptive)
    return "\"thinking.type.enabled\" is not supported for this model. Use "
           "\"thinking.type.adaptive\" and \"output_config.effort\" to control thinking behavior.";
  if (form == thinking_form::none)
    return "thinking is not supported on this model";
  return check_budget(body, thinking);
}

verdict check_output(const json& body, const model_traits& traits) {
  if (body.value("max_tokens", std::int64_t{}) > traits.output_max.value())
    return "max_tokens: " + body["max_tokens"].dump() + " > "
           + std::to_string(traits.output_max.value())
           + ", which is the maximum allowed number of output tokens for this model";
  if (forces_call(body) && !traits.forced_tools)
    return "tool_choice: forcing tool use is not supported on this model";
  const json config = body.value("output_config", json::object());
  const auto effort = parse_reasoning_effort(text_at(config, "effort"));
  const bool takes_effort = effort && *effort <= traits.effort_most
                            && (*effort != reasoning_effort::xhigh || traits.effort_xhigh);
  if (config.contains("effort") && !takes_effort)
    return "This model does not support the effort parameter '" + text_at(config, "effort") + "'.";
  if (config.contains("format") && !traits.json_schema)
    return "output_config.format: Extra inputs are not permitted";
  return std::nullopt;
}

std::size_t count_cache_marks(const json& value) {
  if (!value.is_structured())
    return 0;
  std::size_t marks = value.is_object() && value.contains("cache_control") ? 1 : 0;
  for (const json& member : value)
    marks += count_cache_marks(member);
  return marks;
}

verdict check_cache(const json& body) {
  const std::size_t marks = count_cache_marks(body);
  if (marks <= cache_marks_max)
    return std::nullopt;
  return "A maximum of 4 blocks with cache_control may be provided. Found " + std::to_string(marks)
         + ".";
}

} // namespace

std::optional<std::string> broken_rule(std::string_view text) {
  const json body = json::parse(text, nullptr, false);
  if (!body.is_object())
    return "The request body is not valid JSON.";
  const model_traits traits = wire::anthropic::traits_of(text_at(body, "model"));
  try {
    for (const verdict& wrong :
         {check_fields(body), check_turns(body, traits), check_sampling(body, traits),
          check_thinking(body, traits), check_output(body, traits), check_cache(body)})
      if (wrong)
        return wrong;
  } catch (const json::exception&) {
    return "The request body does not have the expected shape.";
  }
  return std::nullopt;
}

std::string sign_thought(std::string_view thought) {
  return "sig" + std::to_string(fingerprint(thought));
}

} // namespace spillway::simulator
