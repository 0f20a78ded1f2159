#include "core/bounds.hpp"
#include "providers/redaction.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::providers;

TEST_CASE("What looks like a credential is masked", "[providers]") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"key sk-abc_DEF-123", "key sk-***"},
      {"key sk-ab****yz, twice sk-x", "key sk-***, twice sk-***"},
      {"?key=AIzaSyA-1_2 failed", "?key=AIza*** failed"},
      {"Authorization: Bearer abc.def+/=~", "Authorization: Bearer ***"},
      {"bearer abc", "bearer ***"},
      {"(sk-abc)", "(sk-***)"},
      {"provided: sk-ab.cd. You", "provided: sk-***. You"},
      {"a task-force of desk-tops", "a task-force of desk-tops"},
      {"sk- alone", "sk- alone"},
      {"", ""},
  }));
  CHECK(redacted(text, secret{}) == expected);
}

TEST_CASE("Our own key is masked wherever it stands", "[providers]") {
  CHECK(redacted("x0123abcdx0123abcd!", secret{"0123abcd"}) == "x***x***!");
  CHECK(redacted("unchanged", secret{}) == "unchanged");
}

TEST_CASE("A key is masked before the text is cut", "[providers]") {
  const std::string lead(bounds::failure_message_bytes_max - 4, 'a');
  CHECK(redacted(lead + "top-secret-key", secret{"top-secret-key"}) == lead + "***");
}

TEST_CASE("Text is cut at a character's edge", "[providers]") {
  std::string text = "x";
  for (std::size_t i = 0; i < bounds::failure_message_bytes_max; ++i)
    text += "\u00e9";
  const std::string cut = redacted(text, secret{});
  CHECK(cut.size() == bounds::failure_message_bytes_max - 1);
  CHECK(static_cast<unsigned char>(cut.back()) == 0xA9);
}
