#include "tests/wire/langfuse/generations.hpp"
#include "wire/iso_time.hpp"
#include "wire/langfuse/span_text.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::wire::langfuse;

TEST_CASE("An environment takes Langfuse's shape", "[wire][langfuse]") {
  const auto [given, expected] = GENERATE(table<std::string, std::string>({
      {"production", "production"},
      {"Staging-2_b", "staging-2_b"},
      {"langfuse-eu", "-eu"},
      {"LangfuseLangfuse", "default"},
      {"", "default"},
      {"two words", "default"},
      {std::string(40, 'a'), std::string(40, 'a')},
      {std::string(41, 'a'), "default"},
  }));
  CHECK(environment_name(given) == expected);
  CHECK(is_environment_name(expected));
}

TEST_CASE("Times are ISO 8601 to the millisecond", "[wire][langfuse]") {
  CHECK(wire::iso_time(testing::midnight) == "2026-08-21T00:00:00.000Z");
  CHECK(wire::iso_time(testing::midnight - std::chrono::nanoseconds{1}) == "2026-08-20T23:59:59.999Z");
  CHECK(wire::iso_time(wall_time{}) == "1970-01-01T00:00:00.000Z");
}

TEST_CASE("An id is kept if it is one, else made", "[wire][langfuse]") {
  const std::string good = "00f067aa0ba902b7";
  CHECK(hex_id(good, span_id_digits) == good);
  CHECK(is_hex_id(hex_id("my span", span_id_digits), span_id_digits));
  CHECK(is_hex_id(hex_id("my trace", trace_id_digits), trace_id_digits));
  CHECK(hex_id("a", trace_id_digits) != hex_id("b", trace_id_digits));
}
