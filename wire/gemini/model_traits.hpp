#pragma once

#include "wire/gemini/schema.hpp"

#include <string_view>

/// Internal to the sources of `wire/gemini`: what the generations of models do differently.
namespace spillway::wire::gemini {

/// How a model is told how long to think; it refuses the other ways.
enum class thinking_control { none, budget, level };

/// Sources: https://ai.google.dev/gemini-api/docs/thinking,
/// https://ai.google.dev/gemini-api/docs/thought-signatures,
/// https://ai.google.dev/gemini-api/docs/structured-output (2026-10).
struct model_traits {
  thinking_control thinking = thinking_control::level;
  schema_notation schemas = schema_notation::json_schema;
  bool thinks_always = false;   ///< thinking cannot be turned off, nor made minimal
  std::int64_t budget_min = 0;  ///< the smallest budget that is not "off"
  std::int64_t budget_max = 0;
  bool wants_signatures = true; ///< refuses tool calls in the history that have none
  bool shape_with_tools = true; ///< takes a response schema in a request with tools
  bool media_in_results = true; ///< takes images in a tool's result
};

/// By the generation in the name: "gemini-2.5-pro", "models/gemini-3-flash-preview". A name without
/// one is taken for the newest, since aliases and tuned models come last.
model_traits traits_of(std::string_view model);

} // namespace spillway::wire::gemini
