#include "core/model_names.hpp"

#include <catch2/catch.hpp>

using namespace spillway;

TEST_CASE("dates at the end of a name are known in all the vendors' spellings") {
  const struct {
    const char* name;
    const char* base;
  } table[] = {
      {"gpt-4o-2024-08-06", "gpt-4o"},
      {"claude-sonnet-4-5-20250929", "claude-sonnet-4-5"},
      {"claude-sonnet-4@20250514", "claude-sonnet-4"},
      {"gpt-4-0613", "gpt-4"},
      {"gemini-2.5-flash-preview-09-2025", "gemini-2.5-flash-preview"},
      {"claude-3-opus-latest", "claude-3-opus"},
      {"gpt-4o-mini", "gpt-4o-mini"},
      {"gpt-4-32k", "gpt-4-32k"},
      {"claude-opus-4-1", "claude-opus-4-1"},
      {"-2024-08-06", "-2024-08-06"},
      {"", ""},
  };
  for (const auto& row : table)
    CHECK(without_date(row.name) == row.base);
}

TEST_CASE("a snapshot is its model's, unless it is listed as another's") {
  model_names names;
  names.add("gpt-4o", 0);
  names.add("gpt-4o-2024-05-13", 1);
  names.add("gpt-4o-mini", 2);
  names.add("gpt-4o-mini-search-preview", 2);
  CHECK(names.find("gpt-4o") == 0);
  CHECK(names.find("gpt-4o-2024-08-06") == 0);
  CHECK(names.find("gpt-4o-2024-05-13") == 1);
  CHECK(names.find("gpt-4o-mini-2024-07-18") == 2);
  CHECK(names.find("gpt-4o-mini-search-preview-2025-03-11") == 2);
}

TEST_CASE("a name that only begins like another is not its snapshot") {
  model_names names;
  names.add("gpt-4o", 0);
  names.add("claude-opus-4", 1);
  names.add("gpt-5.4", 2);
  for (const char* other : {"gpt-4o-mini", "gpt-4o:extended", "claude-opus-4-1", "gpt-5.4-mini",
                            "gpt-5.4-mini-2026-03-17", "gpt-4", "o1"})
    CHECK_FALSE(names.find(other));
}

TEST_CASE("of declared beginnings the longest one counts") {
  model_names names;
  names.add("ft:gpt-4o-*", 0);
  names.add("ft:gpt-4o-mini-*", 1);
  CHECK(names.find("ft:gpt-4o-2024-08-06:acme::x1") == 0);
  CHECK(names.find("ft:gpt-4o-mini-2024-07-18:acme::x1") == 1);
  CHECK_FALSE(names.find("ft:gpt-4.1"));
}

TEST_CASE("the first model that has a name keeps it") {
  model_names names;
  names.add("a", 0);
  names.add("a", 1);
  CHECK(names.find("a") == 0);
}
