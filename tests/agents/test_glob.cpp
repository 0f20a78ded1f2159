#include "agents/glob.hpp"

#include <catch2/catch.hpp>

#include <string>

using spillway::agents::glob_matches;

TEST_CASE("patterns match as a shell user expects, and '*' crosses folders") {
  const struct {
    const char* pattern;
    const char* text;
    bool matches;
  } rows[] = {
      {"*.hpp", "units.hpp", true},
      {"*.hpp", "units.cpp", false},
      {"*.hpp", ".hpp", true},
      {"u?its.*", "units.hpp", true},
      {"u?its.*", "uits.hpp", false},
      {"core/*.hpp", "core/rate/limits.hpp", true},
      {"", "", true},
      {"", "a", false},
      {"*", "", true},
      {"?", "", false},
      {"**a**", "bab", true},
      {"a*b*c", "a-b-b-c", true},
      {"a*b*c", "a-c-b", false},
      {"[a]", "a", false},
      {"[a]", "[a]", true},
  };
  for (const auto& row : rows) {
    INFO(row.pattern << " on " << row.text);
    CHECK(glob_matches(row.pattern, row.text) == row.matches);
  }
}

TEST_CASE("a hostile pattern does not take exponential time") {
  std::string pattern;
  for (int i = 0; i < 200; ++i)
    pattern += "a*";
  // Exponential backtracking would outlive the test's time limit by far.
  CHECK_FALSE(glob_matches(pattern + "b", std::string(4'000, 'a')));
}
