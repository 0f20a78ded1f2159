#pragma once

#include "core/instant.hpp"
#include "core/units.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace spillway::simulator {

/// The ways vendors are known to count a limit over a period.
enum class window_kind {
  sliding,      ///< exact: every charge counts for one whole period
  token_bucket, ///< capacity = limit, refilled continuously at limit / period (OpenAI, Anthropic)
  calendar,     ///< reset at every whole period of the clock (Azure, Envoy and many gateways)
  quantised,    ///< a bucket of a quarter of the limit, filled at limit / period: "enforced over
                ///< shorter times" (OpenAI, Anthropic); it refuses though it tells of room
};

/// One limited quantity over one period, as a provider counts it. Exact: integers only.
/// Not thread-safe. Every `now` must not be before an earlier one.
class usage_window {
public:
  virtual ~usage_window() = default;

  /// What counts now, rounded up: 0 .. limit.
  virtual std::int64_t used(mono_time now) = 0;
  /// How long until `amount` fits if nothing else comes; zero if it fits now. A bucket reckons with
  /// whole tokens used, as OpenAI does, and so names up to one token's refill too much.
  /// Requires: 0 <= amount <= limit.
  virtual duration wait_for(std::int64_t amount, mono_time now) = 0;
  /// Requires: `wait_for(amount, now)` is zero.
  virtual void take(std::int64_t amount, mono_time now) = 0;
  /// How long until nothing counts any more if nothing else comes.
  virtual duration full_in(mono_time now) = 0;
};

/// A day of `zone`, which opens at its midnight and has 23 to 25 hours. `started` says what time it
/// was there when the other clock began. Requires: limit > 0, a zone that is known.
std::unique_ptr<usage_window> make_civil_day_window(const std::string& zone, std::int64_t limit,
                                                    instant started);

/// Requires: limit > 0, period > 0.
std::unique_ptr<usage_window> make_usage_window(window_kind kind, std::int64_t limit,
                                                duration period);

} // namespace spillway::simulator
