#pragma once

#include "core/failure.hpp"
#include "core/ids.hpp"
#include "core/units.hpp"

#include <cstdint>
#include <optional>
#include <random>

namespace spillway::routing {

/// What the end of a call says of the health of its target.
enum class health {
  well,    ///< it answered, be it with a refusal
  ill,     ///< nothing usable came
  silent,  ///< not even a status line came: that costs every caller the longest wait
  gone,    ///< it does not serve this model to this key
  unknown, ///< our side ended the call
};

/// Rate and content refusals are signs of life; so are failures that are the caller's own.
health health_after(const call_failure& failure) noexcept;

/// Keeps calls away from one model behind one key while it fails, and finds out when it is back.
///
/// Closed: calls go. After `bounds::breaker_failures_max` ill ends in a row (a silent one counts
/// three times) it opens: no call goes for `bounds::breaker_open_first`, jittered. Then it is half open:
/// one call may go, the probe. If that ends well, the breaker closes; if not, it opens for twice as
/// long as before, up to `bounds::breaker_open_most`. Ends of calls that were sent before it opened
/// say nothing new and are passed over.
///
/// Owned by the limiter, which lets calls through and hears of every end. Not thread-safe.
class breaker {
public:
  explicit breaker(std::uint64_t seed = 0);

  /// Absent: the call may go, and if the breaker is half open it is the probe from now on. Else
  /// after how long to ask again.
  std::optional<duration> admit(lease_id call, mono_time now);

  /// What `admit` would say, without making the call the probe.
  std::optional<duration> blocked_for(mono_time now) const;

  /// The call ended, or was given up before it was sent (`unknown`). `retry_after`: what the target
  /// asked for.
  void on_end(lease_id call, health h, std::optional<duration> retry_after, mono_time now);

  bool is_closed() const noexcept { return !open_until_; }

private:
  void open(duration least, mono_time now);

  std::minstd_rand random_;
  int failures_ = 0;                     ///< in a row, weighted
  std::optional<mono_time> open_until_;  ///< set unless closed; past: half open
  duration open_for_{};                  ///< the next time
  lease_id probe_;
  mono_time probe_since_{};
};

} // namespace spillway::routing
