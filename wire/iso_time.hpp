#pragma once

#include "core/units.hpp"

#include <string>

namespace spillway::wire {

/// "2026-08-21T00:00:00.300Z"
std::string iso_time(wall_time t);

} // namespace spillway::wire
