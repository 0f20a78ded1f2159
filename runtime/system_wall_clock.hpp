#pragma once

#include "core/instant.hpp"

namespace spillway::runtime {

/// The machine's civil time. Asks the system at most every 10 ms and counts on with the monotonic
/// clock in between, because actors ask many times a request; a step of the system's clock shows
/// within that time. Each copy keeps a reading of its own, so copies need no lock.
wall_clock system_wall_clock();

} // namespace spillway::runtime
