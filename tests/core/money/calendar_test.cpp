#include "core/money/calendar.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::money;
using namespace std::chrono_literals;

namespace {

wall_time at(std::int64_t unix_seconds) {
  return wall_time_from_unix_nanos(unix_seconds * 1'000'000'000);
}

constexpr std::int64_t noon_utc = 1'795'521'600; // 2026-11-24T12:00:00Z, a Tuesday

} // namespace

TEST_CASE("periods are civil: days, ISO weeks, months of 28 to 31 days") {
  const period_span day = period_at(period::day, at(noon_utc), "UTC");
  CHECK(day.label == "2026-11-24");
  CHECK(day.begin == at(noon_utc) - 12h);
  CHECK(day.end - day.begin == 24h);
  const period_span week = period_at(period::week, at(noon_utc), "UTC");
  CHECK(week.label == "2026-W48");
  CHECK(week.begin == day.begin - 24h);
  CHECK(week.end - week.begin == 7 * 24h);
  const period_span month = period_at(period::month, at(noon_utc), "UTC");
  CHECK(month.label == "2026-11");
  CHECK(month.end - month.begin == 30 * 24h);
  const period_span february = period_at(period::month, at(1'771'000'000), "UTC"); // 2026-02-13
  CHECK(february.end - february.begin == 28 * 24h);
  const period_span total = period_at(period::total, at(noon_utc), "UTC");
  CHECK(total.begin < at(0));
  CHECK(total.end > at(4'000'000'000));
}

TEST_CASE("the ISO year of a week may not be its days' year") {
  // 2027-01-01 is a Friday and belongs to the last week of 2026.
  CHECK(period_at(period::week, at(1'798'804'800), "UTC").label == "2026-W53");
}

TEST_CASE("a day lasts 23 or 25 hours where the clocks are changed") {
  const std::string la = "America/Los_Angeles";
  const period_span spring = period_at(period::day, at(1'773'000'000), la); // 2026-03-08
  CHECK(spring.label == "2026-03-08");
  CHECK(spring.end - spring.begin == 23h);
  const period_span autumn = period_at(period::day, at(1'793'570'000), la); // 2026-11-01
  CHECK(autumn.label == "2026-11-01");
  CHECK(autumn.end - autumn.begin == 25h);
}

TEST_CASE("a day whose midnight is skipped begins at its first instant") {
  // Beirut springs forward at midnight: 2026-03-29 begins at 01:00, 22:00Z the day before.
  const period_span day = period_at(period::day, at(1'774'778'400), "Asia/Beirut");
  CHECK(day.label == "2026-03-29");
  CHECK(day.begin == at(1'774'735'200));
  CHECK(day.end - day.begin == 23h);
  const period_span before = period_at(period::day, day.begin - 1s, "Asia/Beirut");
  CHECK(before.end == day.begin);
}

TEST_CASE("every instant lies in exactly one day, across years and zones") {
  for (const char* zone : {"UTC", "America/Los_Angeles", "Asia/Beirut", "America/Santiago",
                           "Africa/Cairo", "Pacific/Apia"}) {
    INFO(zone);
    wall_time t = at(1'735'689'600); // 2025-01-01
    for (int days = 0; days < 800; ++days) {
      const period_span day = period_at(period::day, t, zone);
      REQUIRE(day.begin <= t);
      REQUIRE(t < day.end);
      REQUIRE(day.end - day.begin >= 22h);
      REQUIRE(day.end - day.begin <= 26h);
      t = day.end;
    }
  }
}

TEST_CASE("a moment is read as people write it, and told in UTC to the nanosecond") {
  const auto noon = wall_time_from_unix_nanos(1'795'521'600'000'000'000);
  CHECK(parse_moment("2026-11-24", "UTC") == noon - 12h);
  CHECK(parse_moment("2026-11-24", "Europe/Paris") == noon - 13h);
  CHECK(parse_moment("2026-11-24T12:00:00Z", "Europe/Paris") == noon);
  CHECK(parse_moment("2026-11-24T13:00:00.5+01:00", "UTC") == noon + 500ms);
  for (const char* text : {"", "24.11.2026", "2026-13-01", "2026-11-24T12:00", "noon"})
    CHECK_FALSE(parse_moment(text, "UTC"));
  CHECK(moment_text(noon + 5ns) == "2026-11-24T12:00:00.000000005Z");
  CHECK(parse_moment(moment_text(noon + 5ns), "UTC") == noon + 5ns);
}
