#include "core/money/calendar.hpp"
#include "core/money/civil_date.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::money;
using namespace std::chrono_literals;

TEST_CASE("a date is its first instant in a zone, also where midnight is skipped") {
  const wall_time utc = wall_time_from_unix_nanos(1'795'478'400'000'000'000); // 2026-11-24T00:00Z
  CHECK(day_named("2026-11-24", "UTC") == utc);
  CHECK(day_named("2026-11-24", "America/New_York") == utc + 5h);
  CHECK(day_named("2026-11-24", "Asia/Kolkata") == utc - 5h - 30min);
  // In Santiago summer time began at midnight: the day begins at one.
  const auto santiago = day_named("2026-09-06", "America/Santiago");
  REQUIRE(santiago);
  CHECK(period_at(period::day, *santiago, "America/Santiago").label == "2026-09-06");
  CHECK(period_at(period::day, *santiago - 1ns, "America/Santiago").label == "2026-09-05");
}

TEST_CASE("what names no date is none") {
  for (const char* text : {"", "2026", "2026-11", "2026-13-01", "2026-02-30", "2026-1-1",
                           "2026-11-24 ", " 2026-11-24", "24-11-2026", "2026/11/24", "20261124ab",
                           "1969-12-31", "2201-01-01", "2026-11-24T00", "tomorrow"}) {
    INFO(text);
    CHECK_FALSE(day_named(text, "UTC"));
  }
}
