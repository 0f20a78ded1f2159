#pragma once

#include "core/units.hpp"

#include <optional>
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

/// A moment as people write it: a date ("2026-11-24", its first instant in `zone`) or RFC 3339
/// ("2026-11-24T12:00:00Z"). Absent if it is neither. Requires: `zone` is known.
std::optional<wall_time> parse_moment(const std::string& text, const std::string& zone);

/// RFC 3339 in UTC with nine digits of the second: "2026-11-24T12:00:00.000000000Z".
std::string moment_text(wall_time t);

} // namespace spillway::money
