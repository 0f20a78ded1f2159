#pragma once

#include <optional>
#include <string>
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

/// What became of a prompt before a model was chosen.
enum class outcome {
  as_it_is,     ///< it fits the first model
  larger_model, ///< unchanged, to one of the route that holds it
  compressed,
  truncated,
  chunked, ///< asked in parts
  refused, ///< nothing that was allowed makes it fit
};

const char* to_string(outcome o) noexcept;

/// The same, and how.
struct note {
  outcome what = outcome::as_it_is;
  std::string text; ///< for people: the figures, what was left out; empty for `as_it_is`
};

} // namespace spillway::context
