#pragma once

#include "core/units.hpp"
#include "simulator/chance.hpp"

#include <cstdint>

namespace spillway::simulator {

/// How long a model takes to answer: log-normal, as measured latencies of hosted models roughly
/// are. Requires: 0 <= at_least <= at_most; median >= 0; sigma >= 0;
/// until_first_chunk from 0 to 1.
struct latency_shape {
  duration median = std::chrono::milliseconds{400};
  double sigma = 0.5; ///< of the logarithm; 0 makes every draw the median
  duration at_least{};
  duration at_most = std::chrono::seconds{60};
  /// The part of it that a streamed reply takes until its first chunk; its chunks share the rest.
  double until_first_chunk = 0.3;
};

/// Draws latencies of one shape, the same ones for the same seed. Not thread-safe.
class latency {
public:
  latency(latency_shape shape, std::uint64_t seed);
  duration next();

private:
  latency_shape shape_;
  chance chance_;
};

} // namespace spillway::simulator
