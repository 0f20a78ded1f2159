#include "core/rate/observed_limits.hpp"

#include <chrono>
#include <cstdlib>

namespace spillway::rate {
namespace {

/// A window of requests whose reset is farther away than this is not a minute's.
constexpr duration longest_minute_reset = std::chrono::minutes{2};

/// Vendors give one header for requests, and some mean those of a day.
dimension requests_dimension(const observed_limits& seen, const limits& allowed) {
  const auto minute_limit = allowed.requests_per_minute;
  const auto day_limit = allowed.requests_per_day;
  if (day_limit && minute_limit && seen.requests_limit) {
    const std::int64_t from_day = std::abs(*seen.requests_limit - *day_limit);
    const std::int64_t from_minute = std::abs(*seen.requests_limit - *minute_limit);
    return from_day < from_minute ? dimension::requests_per_day : dimension::requests_per_minute;
  }
  const bool far = seen.requests_reset && *seen.requests_reset > longest_minute_reset;
  return far ? dimension::requests_per_day : dimension::requests_per_minute;
}

} // namespace

std::vector<observed_window> observed_windows(const observed_limits& seen, const limits& allowed) {
  std::vector<observed_window> out;
  const auto add = [&](dimension which, std::optional<std::int64_t> limit,
                       std::optional<std::int64_t> remaining) {
    const auto configured = allowed.of(which);
    if (limit && configured && *limit <= 2 * *configured)
      out.push_back({which, *limit, remaining});
  };
  add(requests_dimension(seen, allowed), seen.requests_limit, seen.requests_remaining);
  add(dimension::tokens_per_minute, seen.tokens_limit, seen.tokens_remaining);
  add(dimension::input_tokens_per_minute, seen.input_tokens_limit, seen.input_tokens_remaining);
  add(dimension::output_tokens_per_minute, seen.output_tokens_limit, seen.output_tokens_remaining);
  return out;
}

} // namespace spillway::rate
