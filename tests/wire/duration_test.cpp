#include "wire/duration.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::wire;
using namespace std::chrono_literals;

namespace {

constexpr wall_time now = wall_time_from_unix_nanos(784'111'777'000'000'000); // 1994-11-06 08:49:37

} // namespace

TEST_CASE("Go durations of every recorded shape are read", "[wire]") {
  const auto [text, expected] = GENERATE(table<const char*, duration>({
      {"0s", 0s},
      {"0", 0s},
      {"8ms", 8ms},
      {"8.64s", 8640ms},
      {"32.032s", 32032ms},
      {"1m0.198s", 60198ms},
      {"6m0s", 6min},
      {"20m52.666s", 1252666ms},
      {"1h8m25.745s", 4105745ms},
      {"83h10m39.057s", 299439057ms},
      {"150us", 150us},
      {"150\u00b5s", 150us},
      {"150\u03bcs", 150us},
      {"7ns", 7ns},
      {".5s", 500ms},
      {" 5s ", 5s},
  }));
  CAPTURE(text);
  CHECK(parse_go_duration(text) == expected);
}

TEST_CASE("What is no Go duration is absent", "[wire]") {
  const auto text = GENERATE(as<std::string>{}, "", " ", "s", "ms", "5", "5x", "-1s", "+1s", "1s2",
                             "1 s", "infs", "nans", "1e3s", "..s", "5sm", "\u00b5s");
  CAPTURE(text);
  CHECK_FALSE(parse_go_duration(text).has_value());
}

TEST_CASE("A duration beyond a year is a year, however many digits it has", "[wire]") {
  CHECK(parse_go_duration("9999999999h") == duration{24h * 365});
  CHECK(parse_go_duration(std::string(400, '9') + "h") == duration{24h * 365});
  CHECK(parse_retry_after(std::string(30, '9'), now) == duration{24h * 365});
}

TEST_CASE("A duration is written as Go would, to the millisecond", "[wire]") {
  CHECK(to_go_duration(0s) == "0s");
  CHECK(to_go_duration(-3s) == "0s");
  CHECK(to_go_duration(8ms) == "8ms");
  CHECK(to_go_duration(1s) == "1s");
  CHECK(to_go_duration(8640ms) == "8.64s");
  CHECK(to_go_duration(6min) == "6m0s");
  CHECK(to_go_duration(1h) == "1h0m0s");
  CHECK(to_go_duration(4105745ms) == "1h8m25.745s");
}

TEST_CASE("What is written is read again", "[wire]") {
  for (std::int64_t ms = 0; ms < 8'000'000; ms += 7'919) {
    CAPTURE(ms);
    REQUIRE(parse_go_duration(to_go_duration(std::chrono::milliseconds{ms}))
            == duration{std::chrono::milliseconds{ms}});
  }
}

TEST_CASE("Retry-After is read as seconds, fractions or a date", "[wire]") {
  CHECK(parse_retry_after("20", now) == duration{20s});
  CHECK(parse_retry_after(" 1.5 ", now) == duration{1500ms});
  CHECK(parse_retry_after("0", now) == duration{0s});
  CHECK(parse_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now) == duration{60s});
  CHECK(parse_retry_after("Sun, 06 Nov 1994 08:49:00 GMT", now) == duration{0s});
}

TEST_CASE("A Retry-After that makes no sense is absent", "[wire]") {
  const auto text = GENERATE(as<std::string>{}, "", "soon", "-5", "5s", "nan", "inf",
                             "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 31 Feb 1994 08:49:37 GMT",
                             "Sun, 06 Nov 9994 08:49:37 GMT", "Sun, 06 Xxx 1994 08:49:37 GMT",
                             "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 0x Nov 1994 08:49:37 GMT");
  CAPTURE(text);
  CHECK_FALSE(parse_retry_after(text, now).has_value());
}

TEST_CASE("retry-after-ms is read as milliseconds", "[wire]") {
  CHECK(parse_milliseconds("1500") == duration{1500ms});
  CHECK(parse_milliseconds("0.5") == duration{500us});
  CHECK_FALSE(parse_milliseconds("1500ms").has_value());
}
