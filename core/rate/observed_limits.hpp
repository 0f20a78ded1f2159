#pragma once

#include "core/rate/limits.hpp"
#include "core/units.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace spillway::rate {

/// What a provider said about its own windows in the headers of one reply. Absent: not said, or
/// unreadable.
struct observed_limits {
  std::optional<std::int64_t> requests_limit;
  std::optional<std::int64_t> requests_remaining;
  std::optional<std::int64_t> tokens_limit;
  std::optional<std::int64_t> tokens_remaining;
  std::optional<duration> requests_reset; ///< until the window is full again, not until one slot
  std::optional<duration> tokens_reset;   ///< likewise
  std::optional<std::int64_t> input_tokens_limit = std::nullopt;
  std::optional<std::int64_t> input_tokens_remaining = std::nullopt;
  std::optional<duration> input_tokens_reset = std::nullopt;
  std::optional<std::int64_t> output_tokens_limit = std::nullopt;
  std::optional<std::int64_t> output_tokens_remaining = std::nullopt;
  std::optional<duration> output_tokens_reset = std::nullopt;
  /// How long the provider says it had worked on the call when its reply began.
  std::optional<duration> worked = std::nullopt;

  friend bool operator==(const observed_limits&, const observed_limits&) = default;
};

/// What a reply said about one window.
struct observed_window {
  dimension which = dimension::requests_per_minute;
  std::int64_t limit = 0;
  std::optional<std::int64_t> remaining;
};

/// The windows that `seen` speaks of, as `allowed` knows them. A limit far above the configured one
/// is another window's than ours, and is left out.
std::vector<observed_window> observed_windows(const observed_limits& seen, const limits& allowed);

} // namespace spillway::rate
