#pragma once

#include "core/assert.hpp"

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace spillway {

/// A signed integer amount of one unit; units do not mix. Every sum is checked: an overflow is a
/// programmer's error, because all inputs are bounded by `core/bounds.hpp`.
template <class Unit>
class quantity {
public:
  constexpr quantity() noexcept = default;
  constexpr explicit quantity(std::int64_t value) noexcept : value_{value} {}

  constexpr std::int64_t value() const noexcept { return value_; }

  constexpr quantity& operator+=(quantity other) {
    SPILLWAY_ASSERT(!__builtin_add_overflow(value_, other.value_, &value_));
    return *this;
  }
  constexpr quantity& operator-=(quantity other) {
    SPILLWAY_ASSERT(!__builtin_sub_overflow(value_, other.value_, &value_));
    return *this;
  }
  friend constexpr quantity operator+(quantity a, quantity b) { return a += b; }
  friend constexpr quantity operator-(quantity a, quantity b) { return a -= b; }
  friend constexpr auto operator<=>(quantity, quantity) noexcept = default;

private:
  std::int64_t value_ = 0;
};

/// Tokens as the provider counts them.
using token_count = quantity<struct token_unit>;

/// Money in 1e-9 US dollars: a price of $1 per million tokens is 1,000 nano-dollars a token, so
/// every published price is an integer; the range is +-9.2 billion dollars.
using nano_usd = quantity<struct nano_usd_unit>;

inline constexpr std::int64_t nano_usd_per_usd = 1'000'000'000;

/// Plain decimal dollars without an exponent and without trailing zeros: "0.004875", "-1.5", "0".
std::string to_decimal_usd(nano_usd amount);

/// Dollars for people, rounded half away from zero to `digits` (0-9) places: "$0.0049".
std::string to_display_usd(nano_usd amount, int digits = 4);

/// Reads plain decimal dollars ("12.50"), at most nine decimal places.
/// Returns false, leaving `amount` alone, for anything else or on overflow.
bool parse_decimal_usd(std::string_view text, nano_usd& amount);

/// Monotonic time: rate windows, waits, deadlines, latencies. Read by actors only, from
/// `self->clock()`, so that tests can run it.
using mono_time = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

/// Civil time (UTC): days, months, traces, journal rows. Read only through `wall_clock`.
using wall_time = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;

using duration = std::chrono::nanoseconds;

/// Nanoseconds since the epoch of the clock, for storage and traces.
template <class TimePoint>
constexpr std::int64_t to_unix_nanos(TimePoint t) noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(t.time_since_epoch()).count();
}

constexpr wall_time wall_time_from_unix_nanos(std::int64_t nanos) noexcept {
  return wall_time{std::chrono::nanoseconds{nanos}};
}

/// Seconds as a floating number, for display and reports only.
constexpr double to_seconds(duration d) noexcept {
  return std::chrono::duration<double>(d).count();
}

} // namespace spillway
