#include "config/defaults.hpp"
#include "config/load.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <string>

using namespace spillway::config;

namespace {

/// Pieces that mean something to the reader, so that mutations get past its first line.
const char* const pieces[] = {"[",
                              "]",
                              "[[",
                              "]]",
                              "{",
                              "}",
                              "=",
                              ".",
                              ",",
                              "\"",
                              "'",
                              "\n",
                              "#",
                              "0",
                              "-1",
                              "1e308",
                              "nan",
                              "true",
                              "\"\"\"",
                              "\\u0000",
                              "\xFF",
                              "2026-13-40",
                              "99999999999999999999",
                              "[models.x]\n",
                              "routes"};

/// Changes a few bytes of `text`: overwrites, removes, repeats or inserts.
void mutate(std::string& text, std::mt19937_64& random) {
  const std::size_t at = random() % (text.size() + 1);
  const std::size_t length = std::min<std::size_t>(random() % 40, text.size() - at);
  switch (random() % 4) {
    case 0:
      if (at < text.size())
        text[at] = static_cast<char>(random());
      break;
    case 1: text.erase(at, length); break;
    case 2: text.insert(at, text.substr(at, length)); break;
    default: text.insert(at, pieces[random() % std::size(pieces)]); break;
  }
}

} // namespace

TEST_CASE("no change of some bytes breaks the reader: it loads, or says where it does not") {
  std::mt19937_64 random{20261124};
  std::size_t loads = 0;
  std::size_t refusals = 0;
  for (int round = 0; round < 1'500; ++round) {
    std::string text{round % 4 == 0 ? defaults::model_files.front().toml : defaults::spillway_toml};
    for (std::size_t i = 0; i <= random() % 6; ++i)
      mutate(text, random);
    const auto out = load_text(text, "fuzz.toml");
    INFO("round " << round);
    if (out) {
      ++loads;
      CHECK_FALSE(out->routing.routes.empty());
    } else {
      ++refusals;
      CHECK(out.failure().message.find("toml") != std::string::npos);
    }
  }
  CHECK(loads > 100);
  CHECK(refusals > 100);
}

TEST_CASE("a file that breaks off anywhere is refused or read, never more") {
  const std::string whole{defaults::spillway_toml};
  for (std::size_t length = 0; length < whole.size(); length += 7) {
    const auto out = load_text(whole.substr(0, length), "cut.toml");
    INFO(length);
    CHECK((out || out.failure().message.rfind("cut.toml:", 0) == 0));
  }
}
