#include "core/money/civil_date.hpp"

#include "core/money/calendar.hpp"

#include <absl/time/civil_time.h>
#include <absl/time/time.h>

namespace spillway::money {

std::optional<wall_time> day_named(const std::string& text, const std::string& zone_name) {
  absl::CivilDay day;
  // Formatted again, because blanks and short numbers pass the parser.
  if (!absl::ParseCivilTime(text, &day) || absl::FormatCivilTime(day) != text
      || day.year() < 1970 || day.year() > 2200)
    return std::nullopt;
  absl::TimeZone zone;
  const bool known = absl::LoadTimeZone(zone_name, &zone);
  SPILLWAY_ASSERT(known);
  const absl::Time noon = absl::FromCivil(absl::CivilSecond{day} + 12 * 60 * 60, zone);
  return period_at(period::day, wall_time_from_unix_nanos(absl::ToUnixNanos(noon)), zone_name)
      .begin;
}

} // namespace spillway::money
