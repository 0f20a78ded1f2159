#pragma once

#include "core/units.hpp"

#include <cstdint>

namespace spillway::rate {

/// Spreads the use of a minute's window evenly: at most a twentieth of the limit at once, the rest
/// at limit / 60 s. For providers that enforce a smaller window than they publish ("60,000 a minute
/// may be enforced as 1,000 a second"). A plain value; integers only.
class pacer {
public:
  /// When `amount` may go at a window of `limit` a minute. An amount above the burst goes once the
  /// pacer is full. Requires: limit > 0.
  mono_time ready_at(std::int64_t amount, std::int64_t limit, mono_time now) const;

  /// Counts an amount that goes at `now`.
  void take(std::int64_t amount, std::int64_t limit, mono_time now);

private:
  mono_time full_at_ = mono_time::min(); ///< when everything taken will have been refilled
};

} // namespace spillway::rate
