#pragma once

#include "core/units.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace spillway::rate {

/// The quantities a provider limits, per credential and model.
enum class dimension {
  requests_per_minute,
  tokens_per_minute,
  requests_per_day,
  concurrent_requests
};

const char* to_string(dimension d) noexcept;

/// What one credential may use of one model. An absent value is no limit; zero lets nothing
/// through.
struct limits {
  std::optional<std::int64_t> requests_per_minute;
  std::optional<std::int64_t> tokens_per_minute;
  std::optional<std::int64_t> requests_per_day;
  std::optional<std::int64_t> concurrent_requests;
  /// IANA zone whose midnight opens a new day ("America/Los_Angeles"); empty for a rolling 24 h,
  /// which is never looser than any calendar day.
  std::string day_zone;

  friend bool operator==(const limits&, const limits&) = default;
};

/// What one call takes of the windows, besides one request: the tokens the provider will charge on
/// arrival. The actual charge replaces it on settlement.
struct charge {
  token_count tokens;
  friend bool operator==(const charge&, const charge&) = default;
};

} // namespace spillway::rate
