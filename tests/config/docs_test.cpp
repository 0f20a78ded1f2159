#include "config/keys.hpp"

#include <catch2/catch.hpp>

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

TEST_CASE("the reference tells every choice a key has") {
  const std::string text = reference();
  for (const key_spec& spec : known_keys()) {
    const std::size_t row = text.find("\n| `" + written(spec.path) + "` |");
    const std::string line = text.substr(row + 1, text.find('\n', row + 1) - row);
    std::string_view rest = spec.choices;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(", "), rest.size());
      INFO(spec.path << ": " << rest.substr(0, end));
      CHECK(line.find("\"" + std::string{rest.substr(0, end)} + "\"") != std::string::npos);
      rest.remove_prefix(std::min(end + 2, rest.size()));
    }
  }
}
