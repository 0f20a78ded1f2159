#pragma once

#include "core/units.hpp"

#include <string>

namespace spillway::money {

enum class period { day, week, month, total };

const char* to_string(period p) noexcept;

/// A civil period in one zone: [begin, end). For `total` begin and end are the ends of time.
struct period_span {
  wall_time begin{};
  wall_time end{};
  std::string label; ///< "2026-11-24", "2026-W48", "2026-11", "total": names the period in ledgers
};

/// The period that contains `at` in zone `zone` (IANA name; "UTC"). Starts at the first instant of
/// its first civil date, so days last 23-25 h where the zone says so. Weeks start on Monday.
/// Requires: `zone` is known (`rate::is_known_zone`).
period_span period_at(period p, wall_time at, const std::string& zone);

} // namespace spillway::money
