#pragma once

#include <optional>
#include <string_view>

/// What to do with a prompt that is longer than a model's context.
namespace spillway::context {

enum class strategy {
  automatic, ///< what loses nothing and costs least, else what loses least: see `fit`
  error,     ///< refuse
  fallback,  ///< a model of the route with a larger context
  truncate,  ///< keep system prompt, first and newest turns; mark the cut
  compress,  ///< white space, repeated blocks and long tool results made shorter
  chunk,     ///< ask for each part of the long text, then combine the answers
};

/// "auto", "error", "fallback", "truncate", "compress", "chunk".
const char* to_string(strategy s) noexcept;
std::optional<strategy> parse_strategy(std::string_view name) noexcept;

} // namespace spillway::context
