#include "wire/anthropic/thinking.hpp"

#include "core/bounds.hpp"
#include "wire/anthropic/content.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace spillway::wire::anthropic {
namespace {

using nlohmann::json;
using effort = reasoning_effort;

/// The vendor's least budget. Source: as in the header.
constexpr std::int64_t budget_least = 1'024;

struct level {
  effort name;
  std::int64_t tokens; ///< of thoughts that are worth it
};

/// A budget for models without levels, a level for models without budgets.
constexpr std::array<level, 6> levels = {{
    {effort::minimal, 1'024},
    {effort::low, 2'048},
    {effort::medium, 8'192},
    {effort::high, 16'384},
    {effort::xhigh, 32'768},
    {effort::max, 49'152},
}};

std::int64_t tokens_of(effort wanted) {
  const auto at = std::ranges::find(levels, wanted, &level::name);
  return at == levels.end() ? budget_least : at->tokens;
}

effort level_for(std::int64_t tokens) {
  const auto at = std::ranges::find_if(levels, [&](const level& l) { return tokens <= l.tokens; });
  return at == levels.end() ? effort::max : at->name;
}

std::string effort_name(effort wanted, const model_traits& traits) {
  if (traits.effort_most == effort::none)
    return {};
  wanted = std::clamp(wanted, effort::low, traits.effort_most);
  if (wanted == effort::xhigh && !traits.effort_xhigh)
    wanted = traits.effort_most;
  return to_string(wanted);
}

/// Null if the reply has no room for thoughts and as much again.
json budget(std::int64_t tokens, const thinking_bounds& bounds) {
  const std::int64_t room = bounds.output_max.value() / 2;
  if (room < budget_least || bounds.forces_tool || bounds.loop_without)
    return {};
  return {{"type", "enabled"}, {"budget_tokens", std::clamp(tokens, budget_least, room)}};
}

json adaptive(bool show) {
  json field = {{"type", "adaptive"}};
  if (show) // the newest leave the text out unless asked
    field["display"] = "summarized";
  return field;
}

json switched_off(const model_traits& traits) {
  const bool may_be_on = traits.thinking == thinking_form::adaptive;
  return may_be_on && traits.thinking_stops ? json{{"type", "disabled"}} : json();
}

bool wants_thoughts(const chat_request& request) {
  return request.effort.value_or(effort::none) != effort::none || request.reasoning_tokens_max
         || request.show_reasoning;
}

json thoughts(const chat_request& request, const model_traits& traits,
              const thinking_bounds& bounds) {
  const bool counted = request.reasoning_tokens_max.has_value();
  switch (traits.thinking) {
    case thinking_form::none: return {};
    case thinking_form::adaptive: return adaptive(request.show_reasoning);
    case thinking_form::either:
      if (!counted)
        return adaptive(request.show_reasoning);
      [[fallthrough]];
    case thinking_form::budget: break;
  }
  return budget(counted ? request.reasoning_tokens_max->value()
                        : tokens_of(request.effort.value_or(effort::medium)),
                bounds);
}

thinking_plan plan_neutral(const chat_request& request, const model_traits& traits,
                           const thinking_bounds& bounds) {
  if (request.effort == effort::none)
    return {switched_off(traits), traits.thinking_stops ? "" : effort_name(effort::low, traits)};
  if (!wants_thoughts(request))
    return {};
  thinking_plan plan{thoughts(request, traits, bounds), {}};
  if (request.effort)
    plan.effort = effort_name(*request.effort, traits);
  else if (request.reasoning_tokens_max && traits.thinking == thinking_form::adaptive)
    plan.effort = effort_name(level_for(request.reasoning_tokens_max->value()), traits);
  return plan;
}

/// The effort a caller of this dialect named, if the model takes any.
std::string own_effort(const json_node& foreign, const model_traits& traits) {
  const json_node named = foreign["output_config"]["effort"];
  const auto wanted = parse_reasoning_effort(named.is_string() ? named.text() : "");
  return wanted ? effort_name(*wanted, traits) : "";
}

bool takes(const std::string& type, const model_traits& traits) {
  const thinking_form form = traits.thinking;
  if (type == "disabled")
    return traits.thinking_stops;
  if (type == "adaptive")
    return form == thinking_form::adaptive || form == thinking_form::either;
  return form == thinking_form::budget || form == thinking_form::either;
}

} // namespace

bool thinking_plan::thinks() const {
  return thinking.is_object() && thinking["type"] != "disabled";
}

thinking_plan plan_thinking(const chat_request& request, const json& foreign,
                            const model_traits& traits, const thinking_bounds& bounds) {
  if (request.foreign.dialect != dialect)
    return plan_neutral(request, traits, bounds);
  json_fault unread;
  const json_node own{foreign, unread};
  const std::string effort_wanted = own_effort(own, traits);
  if (!own["thinking"].is_object())
    return {{}, effort_wanted};
  const std::string type = own["thinking"]["type"].text_or({});
  if (!takes(type, traits))
    return plan_neutral(request, traits, bounds);
  // Our own bound on the reply may be smaller than the one the caller's budget was made for.
  if (type == "enabled" && request.reasoning_tokens_max.value_or(bounds.output_max)
                               >= bounds.output_max)
    return {budget(bounds.output_max.value(), bounds), effort_wanted};
  return {foreign["thinking"], effort_wanted};
}

void decode_thinking(const json_node& root, chat_request& request) {
  const json_node named = root["output_config"]["effort"];
  request.effort = parse_reasoning_effort(named.text_or({}));
  if (named.present() && request.effort.value_or(effort::none) < effort::low)
    named.reject("must be low, medium, high, xhigh or max");
  const json_node thinking = root["thinking"];
  if (!thinking.present())
    return;
  const std::string type = thinking["type"].text();
  request.show_reasoning =
      type != "disabled" && thinking["display"].text_or("summarized") != "omitted";
  if (type == "disabled") {
    request.effort = effort::none;
  } else if (type == "adaptive") {
    request.effort = request.effort.value_or(effort::high); // what the vendor takes it for
  } else if (type == "enabled") {
    const auto tokens = thinking["budget_tokens"].integer();
    if (!tokens || *tokens < budget_least || *tokens > bounds::token_count_max)
      thinking["budget_tokens"].reject("must be a number of tokens, at least 1024");
    else
      request.reasoning_tokens_max = token_count{*tokens};
  } else {
    thinking["type"].reject("must be enabled, adaptive or disabled");
  }
}

} // namespace spillway::wire::anthropic
