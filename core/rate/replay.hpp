#pragma once

#include "core/rate/limits.hpp"
#include "core/rate/pacer.hpp"
#include "core/units.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace spillway::rate {

/// What one admission would decide from now on if nobody but the calls played into it came: the
/// basis of forecasts and of backfill. A cheap copy of what the windows hold, not of the leases.
///
/// Calls are taken in ascending order of time.
class replay {
public:
  /// One window: `releases` ascending by time.
  struct window {
    dimension which = dimension::requests_per_minute;
    std::int64_t limit = 0;
    std::int64_t used = 0;
    duration keeps{}; ///< a call taken at t gives back at t + keeps
    struct release {
      mono_time at{};
      std::int64_t amount = 0;
    };
    std::vector<release> releases;
    std::size_t next = 0;      ///< first release that has not happened
    std::optional<pacer> pace; ///< if use is spread over the minute
  };

  replay(std::vector<window> windows, mono_time not_before);

  /// When `c` would be granted. Requires: `c` fits the limits themselves.
  mono_time ready_at(const charge& c) const;

  /// Takes `c` at `at`, which is at or after `ready_at(c)` and all earlier calls.
  void take(const charge& c, mono_time at);

private:
  std::vector<window> windows_;
  mono_time not_before_;
};

} // namespace spillway::rate
