#include "simulator/latency.hpp"

#include "core/assert.hpp"

#include <algorithm>
#include <cmath>

namespace spillway::simulator {

latency::latency(latency_shape shape, std::uint64_t seed) : shape_{shape}, chance_{seed} {
  SPILLWAY_ASSERT(shape_.at_least >= duration::zero() && shape_.at_least <= shape_.at_most);
  SPILLWAY_ASSERT(shape_.sigma >= 0 && shape_.median >= duration::zero());
}

duration latency::next() {
  const double factor = std::exp(shape_.sigma * chance_.next_normal());
  const double nanos = static_cast<double>(shape_.median.count()) * factor;
  // Clamped before the conversion: a far tail need not fit an integer.
  const double bounded = std::clamp(nanos, static_cast<double>(shape_.at_least.count()),
                                    static_cast<double>(shape_.at_most.count()));
  return duration{static_cast<std::int64_t>(bounded)};
}

} // namespace spillway::simulator
