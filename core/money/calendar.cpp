#include "core/money/calendar.hpp"

#include <absl/time/civil_time.h>
#include <absl/time/time.h>

#include <cstdio>

namespace spillway::money {
namespace {

wall_time to_wall(absl::Time t) {
  return wall_time_from_unix_nanos(absl::ToUnixNanos(t));
}

/// The first instant of a civil date, also where its midnight is skipped.
wall_time first_instant(absl::CivilDay day, const absl::TimeZone& zone) {
  return to_wall(zone.At(absl::CivilSecond{day}).trans);
}

wall_time start_of(absl::CivilDay day, const absl::TimeZone& zone) {
  const absl::TimeZone::TimeInfo info = zone.At(absl::CivilSecond{day});
  return info.kind == absl::TimeZone::TimeInfo::SKIPPED ? first_instant(day, zone)
                                                        : to_wall(info.pre);
}

std::string date_label(absl::CivilDay day) {
  return absl::FormatCivilTime(day);
}

std::string week_label(absl::CivilDay monday) {
  // The ISO year of a week is the year of its Thursday.
  const absl::CivilDay thursday = monday + 3;
  const int week = (absl::GetYearDay(thursday) - 1) / 7 + 1;
  char text[32];
  std::snprintf(text, sizeof text, "%04d-W%02d", static_cast<int>(thursday.year()), week);
  return text;
}

period_span span_of_days(absl::CivilDay first, absl::CivilDay last, const absl::TimeZone& zone,
                         std::string label) {
  return {start_of(first, zone), start_of(last, zone), std::move(label)};
}

} // namespace

const char* to_string(period p) noexcept {
  switch (p) {
    case period::day: return "day";
    case period::week: return "week";
    case period::month: return "month";
    case period::total: return "total";
  }
  return "?";
}

period_span period_at(period p, wall_time at, const std::string& zone_name) {
  if (p == period::total)
    return {wall_time::min(), wall_time::max(), "total"};
  absl::TimeZone zone;
  const bool known = absl::LoadTimeZone(zone_name, &zone);
  SPILLWAY_ASSERT(known);
  const absl::CivilDay today{zone.At(absl::FromUnixNanos(to_unix_nanos(at))).cs};
  switch (p) {
    case period::day: return span_of_days(today, today + 1, zone, date_label(today));
    case period::week: {
      const absl::CivilDay monday = absl::PrevWeekday(today + 1, absl::Weekday::monday);
      return span_of_days(monday, monday + 7, zone, week_label(monday));
    }
    default: {
      const absl::CivilMonth month{today};
      return span_of_days(absl::CivilDay{month}, absl::CivilDay{month + 1}, zone,
                          absl::FormatCivilTime(month));
    }
  }
}

std::optional<wall_time> parse_moment(const std::string& text, const std::string& zone_name) {
  absl::CivilDay day;
  if (absl::ParseCivilTime(text, &day)) {
    absl::TimeZone zone;
    const bool known = absl::LoadTimeZone(zone_name, &zone);
    SPILLWAY_ASSERT(known);
    return start_of(day, zone);
  }
  absl::Time moment;
  std::string unused;
  if (!absl::ParseTime(absl::RFC3339_full, text, &moment, &unused))
    return std::nullopt;
  return to_wall(moment);
}

std::string moment_text(wall_time t) {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E9SZ", absl::FromUnixNanos(to_unix_nanos(t)),
                          absl::UTCTimeZone());
}

} // namespace spillway::money
