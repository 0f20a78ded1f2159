#include "wire/timestamp.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::wire;
using namespace std::chrono_literals;

namespace {

wall_time at(std::int64_t seconds, duration more = {}) {
  return wall_time{} + std::chrono::seconds{seconds} + more;
}

} // namespace

TEST_CASE("Timestamps are read with fractions and offsets", "[wire]") {
  CHECK(parse_rfc3339("1970-01-01T00:00:00Z") == at(0));
  CHECK(parse_rfc3339("2026-08-19T14:34:19Z") == at(1'787'150'059));
  CHECK(parse_rfc3339("2026-08-19T16:34:19+02:00") == at(1'787'150'059));
  CHECK(parse_rfc3339("2026-08-19T07:04:19-07:30") == at(1'787'150'059));
  CHECK(parse_rfc3339("2026-08-19t14:34:19.25z") == at(1'787'150'059, 250ms));
  CHECK(parse_rfc3339("2026-08-19T14:34:19.123456789123Z") == at(1'787'150'059, 123'456'789ns));
}

TEST_CASE("What is no timestamp is absent", "[wire]") {
  for (const char* text :
       {"", "2026-08-19", "2026-08-19T14:34:19", "2026-13-19T14:34:19Z", "2026-02-30T14:34:19Z",
        "2026-08-19T24:34:19Z", "2026-08-19T14:34:19.Z", "2026-08-19T14:34:19+2:00",
        "2026-08-19T14:34:19+25:00", "1969-08-19T14:34:19Z", "2300-08-19T14:34:19Z",
        "2026x08-19T14:34:19Z", "20x6-08-19T14:34:19Z", "-026-08-19T14:34:19Z"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_rfc3339(text).has_value());
  }
}

TEST_CASE("Timestamps are written to the second", "[wire]") {
  CHECK(to_rfc3339(at(1'787'150'059, 999ms)) == "2026-08-19T14:34:19Z");
  CHECK(to_rfc3339(at(0)) == "1970-01-01T00:00:00Z");
  CHECK(to_http_date(at(784'111'777, 999ms)) == "Sun, 06 Nov 1994 08:49:37 GMT");
}
