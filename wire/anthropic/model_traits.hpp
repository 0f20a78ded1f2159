#pragma once

#include "core/chat.hpp"
#include "core/units.hpp"

#include <string_view>

/// What the generations of Claude models take and refuse. A new one is a row in the source.
namespace spillway::wire::anthropic {

/// How a model is told to think before it answers.
enum class thinking_form {
  none,     ///< it cannot
  budget,   ///< `enabled` with a number of tokens
  either,   ///< `adaptive`, or as above
  adaptive, ///< `adaptive` alone: a number of tokens is refused
};

/// Sources: https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking, .../effort,
/// .../structured-outputs, .../mid-conversation-system-messages,
/// https://platform.claude.com/docs/en/about-claude/models/migration-guide (2026-10), and what
/// pydantic-ai 04b3e2a and models.dev list by model (2026-08).
struct model_traits {
  thinking_form thinking = thinking_form::none;
  bool thinking_stops = true; ///< takes `disabled`
  /// The highest `output_config.effort` it takes; `none`: no effort at all.
  reasoning_effort effort_most = reasoning_effort::none;
  bool effort_xhigh = false;    ///< takes `xhigh`, which some with `max` do not
  bool sampling = true;         ///< takes temperature, top_p and top_k
  bool one_sampler = false;     ///< refuses temperature beside top_p
  bool json_schema = false;     ///< takes `output_config.format` and strict tools
  bool forced_tools = true;     ///< takes tool choices that force a call
  bool system_turns = false;    ///< takes `system` turns within the conversation
  token_count output_max{4096}; ///< the largest `max_tokens`
};

/// By the name's family and version: "claude-sonnet-4-5-20250929", "anthropic.claude-opus-4-8-v1".
/// A Claude this does not know is taken for the newest; another name is another vendor's model
/// behind the same API, and has what the first of these servers had.
model_traits traits_of(std::string_view model);

/// True if a model that reported itself as `reported` is what `asked` names: the same, or a dated
/// snapshot of it.
bool is_snapshot_of(std::string_view reported, std::string_view asked);

} // namespace spillway::wire::anthropic
