#include "wire/json_text.hpp"
#include "wire/json_reader.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace spillway::wire;
using nlohmann::json;

namespace {

std::string written(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

} // namespace

TEST_CASE("A text is quoted as the library does it", "[wire]") {
  std::string all_ascii;
  for (int c = 0; c < 128; ++c)
    all_ascii += static_cast<char>(c);
  for (const std::string& text :
       {std::string{}, std::string{"plain"}, all_ascii, std::string{"h\u00e9 \u20ac \U0001F600"}}) {
    CAPTURE(text);
    CHECK(written(text) == json(text).dump());
    CHECK(json::parse(written(text)) == text);
  }
}

TEST_CASE("What must be escaped is seen wherever it stands", "[wire]") {
  const std::string special{"\x01\x1F\"\\\n\x7F", 6};
  for (std::size_t at = 0; at < 20; ++at)
    for (const char c : special) {
      std::string text(20, 'x');
      text[at] = c;
      CAPTURE(at);
      CHECK(written(text) == json(text).dump());
    }
}

TEST_CASE("Any bytes become a text that every parser takes", "[wire]") {
  std::mt19937 random{7};
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 12, '\0');
    for (char& c : bytes)
      c = static_cast<char>(random() % 4 == 0 ? random() % 128 : 128 + random() % 128);
    CAPTURE(round);
    const std::string text = written(bytes);
    REQUIRE(json::accept(text));
    if (json::accept('"' + bytes + '"') && bytes.find('\\') == std::string::npos)
      CHECK(json::parse(text) == bytes);
  }
}

TEST_CASE("Halves of a pair and broken bytes are mended, all else is kept", "[wire]") {
  const auto [sent, mended] = GENERATE(table<std::string, std::string>({
      {R"({"a":"b\n\\ud83d"})", R"({"a":"b\n\\ud83d"})"},
      {R"("\ud83d\ude00")", R"("\ud83d\ude00")"},
      {R"("\ud83d")", R"("\uFFFD")"},
      {R"("\ude00x")", R"("\uFFFDx")"},
      {R"("\ud83d\u0041")", R"("\uFFFD\u0041")"},
      {R"("\uD83D\n")", R"("\uFFFD\n")"},
      {"\"\xF0\x9F\"", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
      {"\"\xC3\xA9\"", "\"\xC3\xA9\""},
      {"\"\\", "\"\\"},
      {"\\u12", "\\u12"},
  }));
  CHECK(mended_json(sent) == mended);
}

TEST_CASE("A reply that only mending makes readable is read", "[wire]") {
  CHECK(parse_reply_json(R"({"text":"\ud83d"})")->at("text") == "\uFFFD");
  CHECK(parse_reply_json("{\"text\":\"\xF0\x9F\"}"));
  CHECK_FALSE(parse_json(R"({"text":"\ud83d"})"));
  CHECK(parse_reply_json("{").failure().message == parse_json("{").failure().message);
}
