#pragma once

#include "core/units.hpp"

#include <cstdint>
#include <optional>

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

  friend bool operator==(const observed_limits&, const observed_limits&) = default;
};

} // namespace spillway::rate
