#include "agents/result_text.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace spillway::agents;
using namespace std::string_literals;

TEST_CASE("valid UTF-8 passes unchanged and each bad byte becomes U+FFFD") {
  const struct {
    std::string in;
    std::string out;
  } rows[] = {
      {"plain", "plain"},
      {"grün € 𝄞", "grün € 𝄞"},
      {"a\xFFz", "a\uFFFDz"},
      {"\xC3", "\uFFFD"},                               // cut short
      {"\xC0\xAF", "\uFFFD\uFFFD"},                     // overlong '/'
      {"\xE0\x80\xAF", "\uFFFD\uFFFD\uFFFD"},           // overlong
      {"\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},           // surrogate
      {"\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"}, // above U+10FFFF
      {"\xE2\x82z", "\uFFFD\uFFFDz"},
      {"a\0b"s, "a\0b"s},
  };
  for (const auto& row : rows)
    CHECK(to_valid_utf8(row.in) == row.out);
}

TEST_CASE("a text within the bound is not touched") {
  const std::string text(200, 'x');
  CHECK(bounded_text(text, 200) == text);
}

TEST_CASE("a longer text is cut between characters and says so") {
  std::string text;
  for (int i = 0; i < 1'000; ++i)
    text += "€";
  const std::string cut = bounded_text(text, 256);
  CHECK(cut.size() <= 256);
  CHECK(cut.find("[cut here: about ") != std::string::npos);
  CHECK(to_valid_utf8(cut) == cut);
  CHECK(cut.find("\uFFFD") == std::string::npos);
}

TEST_CASE("repairs that make a text grow do not push it over the bound") {
  const std::string cut = bounded_text(std::string(1'000, '\xFF'), 999);
  CHECK(cut.size() <= 999);
  CHECK(cut.find("[cut here") != std::string::npos);
}
