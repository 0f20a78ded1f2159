#pragma once

#include "core/units.hpp"

#include <string>

namespace spillway::storage {

/// Calls that may still fill a day's window, whatever the zone: a day has at most 25 hours.
inline constexpr duration window_memory = std::chrono::hours{25};

/// Old calls are summed up by this: every zone's days, weeks and months begin at one of its edges.
inline constexpr duration quarter = std::chrono::minutes{15};

/// Calls begun since then are needed one by one: by the windows of a restart, or because the day,
/// week or month of `zone` that they belong to is still open. Requires: `zone` is known.
wall_time needed_since(wall_time now, const std::string& zone);

} // namespace spillway::storage
