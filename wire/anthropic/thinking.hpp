#pragma once

#include "core/chat.hpp"
#include "wire/anthropic/model_traits.hpp"
#include "wire/json_reader.hpp"

#include <string>

/// Internal to the sources of `wire/anthropic`: how a model is told how long to think.
namespace spillway::wire::anthropic {

/// What stands in the way of thinking by a budget.
struct thinking_bounds {
  token_count output_max;    ///< of the reply, thoughts included
  bool forces_tool = false;  ///< the tool choice makes it call
  bool loop_without = false; ///< its last turn called tools and has no thoughts to go back
};

struct thinking_plan {
  nlohmann::json thinking; ///< the field; null: left out
  std::string effort;      ///< `output_config.effort`; empty: left out
  bool thinks() const;     ///< the field asks for thoughts
};

/// What to send. A caller of this dialect gets what it asked for, as far as the model takes it;
/// otherwise levels and numbers become what the model has. Thinking by a budget is given up where
/// the vendor would refuse the request for it.
/// Source: https://platform.claude.com/docs/en/build-with-claude/extended-thinking (2026-10).
thinking_plan plan_thinking(const chat_request& request, const nlohmann::json& foreign,
                            const model_traits& traits, const thinking_bounds& bounds);

/// Fills in what `thinking` and `output_config.effort` of a caller's body mean to others.
void decode_thinking(const json_node& root, chat_request& request);

} // namespace spillway::wire::anthropic
