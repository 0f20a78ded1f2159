#include "core/catalog.hpp"
#include "core/units.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace spillway;

TEST_CASE("dollars are written as plain decimals and read back") {
  for (const auto& [nano, text] : {std::pair{std::int64_t{0}, "0"},
                                   {4'875'000, "0.004875"},
                                   {-1'500'000'000, "-1.5"},
                                   {1, "0.000000001"},
                                   {12'000'000'000, "12"}}) {
    CHECK(to_decimal_usd(nano_usd{nano}) == text);
    nano_usd read;
    CHECK(parse_decimal_usd(text, read));
    CHECK(read == nano_usd{nano});
  }
  CHECK(to_decimal_usd(nano_usd{std::numeric_limits<std::int64_t>::min()})
        == "-9223372036.854775808");
}

TEST_CASE("what is no amount of dollars is refused") {
  nano_usd untouched{7};
  for (const char* text : {"", "-", ".", "1.", "1e3", "0x1", " 1", "1 ", "0.0000000001", "$1",
                           "99999999999", "1.2.3"}) {
    INFO(text);
    CHECK_FALSE(parse_decimal_usd(text, untouched));
    CHECK(untouched == nano_usd{7});
  }
}

TEST_CASE("dollars for people are rounded half away from zero") {
  CHECK(to_display_usd(nano_usd{4'850'000}, 4) == "$0.0049");
  CHECK(to_display_usd(nano_usd{-4'850'000}, 4) == "-$0.0049");
  CHECK(to_display_usd(nano_usd{1'999'999'999}, 2) == "$2.00");
  CHECK(to_display_usd(nano_usd{-1}, 2) == "$0.00");
  CHECK(to_display_usd(nano_usd{5'000'000'000}, 0) == "$5");
}

TEST_CASE("a mistyped name finds its neighbour, another word finds none") {
  const std::vector<std::string_view> known{"gpt-4o", "gpt-4o-mini", "gemini-2.5-flash-lite"};
  CHECK(nearest_name("gpt-4o-mimi", known) == "gpt-4o-mini");
  CHECK(nearest_name("gtp-4o", known) == "gpt-4o");
  CHECK(nearest_name("claude", known).empty());
  CHECK(nearest_name(std::string(1000, 'x'), known).empty());
}
