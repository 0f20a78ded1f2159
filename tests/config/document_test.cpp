#include "config/document.hpp"
#include "config/parse.hpp"

#include <catch2/catch.hpp>

using namespace spillway::config;

namespace {

node parsed(std::string_view text, std::string_view source = "t.toml") {
  return parse_toml(text, source).value();
}

std::string parse_failure(std::string_view text) {
  const auto out = parse_toml(text, "t.toml");
  return out ? std::string{} : out.failure().message;
}

} // namespace

TEST_CASE("every kind of value keeps its value and its place") {
  const node root = parsed("a = 1\nb = 'x'\n[t]\nc = [1.5, true]\nd = 2026-07-30\ne = 10:00:00\n");
  CHECK(*find(root, "a")->as<std::int64_t>() == 1);
  CHECK(text_of(find(root, "b")) == "x");
  CHECK(*items_of(find(root, {"t", "c"}))[0].as<double>() == 1.5);
  CHECK(*items_of(find(root, {"t", "c"}))[1].as<bool>());
  using namespace std::chrono;
  CHECK(*find(root, {"t", "d"})->as<sys_days>() == sys_days{year{2026} / 7 / 30});
  CHECK(kind_of(*find(root, {"t", "e"})) == "a time of day");
  CHECK(to_string(find(root, {"t", "d"})->at) == "t.toml:5:5");
  CHECK(to_string(items_of(find(root, {"t", "c"}))[1].at) == "t.toml:4:11");
}

TEST_CASE("what is not there is found as nothing") {
  const node root = parsed("a = 1\n[t]\nb = 2\n");
  CHECK(find(root, "x") == nullptr);
  CHECK(find(root, {"t", "x", "y"}) == nullptr);
  CHECK(find(root, {"a", "b"}) == nullptr);
  CHECK(members_of(nullptr).empty());
  CHECK(items_of(find(root, "a")).empty());
  CHECK(text_of(nullptr).empty());
}

TEST_CASE("an overlay merges tables and replaces everything else") {
  node base = parsed("keep = 1\nlist = [1, 2]\n[t]\nx = 1\ny = 2\n", "base");
  overlay(base, parsed("list = [3]\nnew = 4\n[t]\ny = 'five'\n", "own"));
  CHECK(*find(base, "keep")->as<std::int64_t>() == 1);
  CHECK(items_of(find(base, "list")).size() == 1);
  CHECK(*find(base, "new")->as<std::int64_t>() == 4);
  CHECK(*find(base, {"t", "x"})->as<std::int64_t>() == 1);
  CHECK(text_of(find(base, {"t", "y"})) == "five");
  CHECK(to_string(find(base, {"t", "y"})->at) == "own:4:5");
  CHECK(to_string(find(base, "keep")->at) == "base:1:8");
}

TEST_CASE("an overlay may put a table where a value was, and the other way round") {
  node base = parsed("a = 1\n[b]\nx = 1\n");
  overlay(base, parsed("b = 2\n[a]\ny = 3\n"));
  CHECK(*find(base, {"a", "y"})->as<std::int64_t>() == 3);
  CHECK(*find(base, "b")->as<std::int64_t>() == 2);
}

TEST_CASE("malformed TOML is refused where it goes wrong") {
  struct {
    const char* text;
    const char* begins;
  } const cases[] = {
      {"a = [1,\nb = 2\n", "t.toml:2:1: "},   {"a = 1\na = 2\n", "t.toml:2:5: "},
      {"[t]\nx = 1\n[t]\n", "t.toml:3:"},     {"a = 'open\n", "t.toml:1:"},
      {"a = \"\\q\"\n", "t.toml:1:"},         {"= 1\n", "t.toml:1:1: "},
      {"a = 2026-02-30\n", "t.toml:1:"},      {"a = 99999999999999999999\n", "t.toml:1:"},
      {"a = \"\xFF\xFE\"\n", "t.toml:1:5: "}, {"\n\na\n", "t.toml:3:"},
  };
  for (const auto& c : cases) {
    INFO(c.text);
    CHECK(parse_failure(c.text).rfind(c.begins, 0) == 0);
  }
  CHECK(parse_failure(std::string_view{"a = \"\0\"\n", 8}) != "");
  CHECK(parse_failure("a = \"\xFF\"").find("utf-8") != std::string::npos);
}

TEST_CASE("keys that nest without end are refused, not followed") {
  std::string key = "a";
  for (int i = 0; i < 100'000; ++i)
    key += ".a";
  CHECK(parse_failure("\n" + key + " = 1\n").rfind("t.toml:2:1: too many dots", 0) == 0);
  CHECK(parse_failure("# " + key + "\nb = 1\n").empty());
}

TEST_CASE("lists that nest without end are refused") {
  CHECK_FALSE(parse_failure("a = " + std::string(100'000, '[')).empty());
}
