#include "config/defaults.hpp"
#include "config/keys.hpp"
#include "config/parse.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

using namespace spillway::config;

namespace {

std::string reference() {
  std::ifstream in{SPILLWAY_CONFIG_REFERENCE};
  REQUIRE(in);
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// A key's path as the reference writes it: `models.*.prices[].from`.
std::string written(std::string_view path) {
  std::string out{path};
  for (std::size_t at = out.find(".[]"); at != std::string::npos; at = out.find(".[]"))
    out.erase(at, 1);
  return out;
}

template <class T>
bool holds_same(const node& a, const node& b) {
  const T* left = a.as<T>();
  const T* right = b.as<T>();
  return left && right && *left == *right;
}

bool is_same(const node& a, const node& b) {
  return holds_same<std::string>(a, b) || holds_same<std::int64_t>(a, b) || holds_same<bool>(a, b)
         || holds_same<double>(a, b);
}

/// The text of a column (from 0) in the row of the key at `path`.
std::string column(const std::string& text, std::string_view path, int number) {
  std::size_t at = text.find("\n| `" + written(path) + "` |") + 2;
  for (; number > 0; --number)
    at = text.find(" | ", at) + 2;
  return text.substr(at + 1, text.find(" |", at + 1) - at - 1);
}

} // namespace

TEST_CASE("every key of the grammar has its row in the reference") {
  const std::string text = reference();
  for (const key_spec& spec : known_keys()) {
    INFO(spec.path);
    CHECK(text.find("\n| `" + written(spec.path) + "` |") != std::string::npos);
  }
}

TEST_CASE("the reference has no key that the grammar lacks") {
  std::set<std::string> known;
  for (const key_spec& spec : known_keys())
    known.insert(written(spec.path));
  const std::string text = reference();
  const std::string begin = "\n| `";
  std::size_t rows = 0;
  for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at + 1)) {
    const std::size_t key = at + begin.size();
    const std::string name = text.substr(key, text.find('`', key) - key);
    if (name.find('.') == std::string::npos)
      continue; // a row about an environment variable
    INFO(name);
    CHECK(known.count(name) == 1);
    ++rows;
  }
  CHECK(rows == known.size());
}

TEST_CASE("the reference tells the defaults that hold") {
  const std::string text = reference();
  const node shipped = parse_toml(defaults::spillway_toml, "spillway.toml").value();
  std::size_t compared = 0;
  for (const key_spec& spec : known_keys()) {
    const std::size_t dot = spec.path.find('.');
    const node* value = find(shipped, {spec.path.substr(0, dot), spec.path.substr(dot + 1)});
    const std::string told = column(text, spec.path, 2);
    if (!value || told.size() < 3 || told.front() != '`')
      continue; // depends on another key, or is told in words
    INFO(spec.path << ": " << told);
    const node read = parse_toml("x = " + told.substr(1, told.size() - 2), "row").value();
    CHECK(is_same(*find(read, "x"), *value));
    ++compared;
  }
  CHECK(compared >= 16);
}

TEST_CASE("the reference tells every choice a key has") {
  const std::string text = reference();
  for (const key_spec& spec : known_keys()) {
    const std::size_t row = text.find("\n| `" + written(spec.path) + "` |");
    const std::string line = text.substr(row + 1, text.find('\n', row + 1) - row);
    std::string_view rest = spec.choices;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(", "), rest.size());
      INFO(spec.path << ": " << rest.substr(0, end));
      CHECK(line.find(std::string{'"'}.append(rest.substr(0, end)) + '"') != std::string::npos);
      rest.remove_prefix(std::min(end + 2, rest.size()));
    }
  }
}
