#include "wire/json_member.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <random>

using spillway::wire::json_member;

namespace {

std::string text_of(std::string_view object) {
  json_member member{"text"};
  const auto text = member.read(object);
  CAPTURE(object);
  REQUIRE(text);
  return std::string{*text};
}

std::string fault_of(std::string_view object) {
  json_member member{"text"};
  const auto text = member.read(object);
  CAPTURE(object);
  REQUIRE(!text);
  return text.failure().message;
}

} // namespace

TEST_CASE("A string member is found among others of any kind") {
  CHECK(text_of(R"({"text":"a"})") == "a");
  CHECK(text_of(R"( { "a" : [1,{"text":"no"},[]] , "text" : "yes" , "b":-1.5e+3, "c":{} } )")
        == "yes");
  CHECK(text_of("{\"x\":\"\\\"text\\\":\",\"text\":\"\",\"n\":null,\"t\":true,\"f\":false}\r") == "");
  CHECK(text_of(R"({"t\u0065xt":"escaped key"})") == "escaped key");
  CHECK(text_of(R"({"text":"first","text":"last"})") == "last");
  CHECK(text_of(R"({"text":1,"text":"last"})") == "last");
}

TEST_CASE("Escapes mean what JSON says, and half a surrogate pair is U+FFFD") {
  CHECK(text_of(R"({"text":"a\"\\\/\b\f\n\r\tz"})") == "a\"\\/\b\f\n\r\tz");
  CHECK(text_of(R"({"text":"\u0041\u00e9\u4e2d\ud83d\uDC4D"})") == "Aé中👍");
  CHECK(text_of(R"({"text":"\ud83d"})") == "\uFFFD");
  CHECK(text_of(R"({"text":"a\ud83dz"})") == "a\uFFFDz");
  CHECK(text_of(R"({"text":"\udc4d\ud83d"})") == "\uFFFD\uFFFD");
  CHECK(text_of(R"({"text":"\ud83d\ud83d\udc4d"})") == "\uFFFD👍");
  CHECK(text_of(R"({"text":"\ud83d\n"})") == "\uFFFD\n");
  CHECK(text_of("{\"text\":\"\\u0000\xff\x80\"}") == std::string{"\0\xff\x80", 3});
}

TEST_CASE("What is no JSON object with that member is told by its place") {
  CHECK(fault_of(R"({"text":"a")") == "not JSON: it ends too early, after byte 11");
  CHECK(fault_of(R"({"text":"a)") == "not JSON: it ends too early, after byte 10");
  CHECK(fault_of(R"({"text":"a"} x)") == "not JSON: unexpected at byte 14");
  CHECK(fault_of(R"({'text':'a'})") == "not JSON: unexpected at byte 2");
  CHECK(fault_of("{\"text\":\"a\nb\"}") == "not JSON: unexpected at byte 11");
  CHECK(fault_of(R"({"text":"\x"})") == "not JSON: unexpected at byte 11");
  CHECK(fault_of(R"({"other":"a"})") == "has no `text`");
  CHECK(fault_of("{}") == "has no `text`");
  CHECK(fault_of(R"({"text":3})") == "`text` is a number; expected a string");
  CHECK(fault_of(R"({"text":null})") == "`text` is null; expected a string");
  CHECK(fault_of(R"(["text"])") == "is an array; expected an object");
  CHECK(fault_of("hello") == "not JSON: unexpected at byte 1");
  CHECK(fault_of("") == "not JSON: it ends too early, after byte 0");
  const std::string deep = "{\"a\":" + std::string(100'000, '[');
  CHECK(fault_of(deep).find("nested deeper") != std::string::npos);
}

TEST_CASE("The reader takes and refuses what a whole JSON parser takes and refuses") {
  std::mt19937 chance{3};
  constexpr const char* parts[] = {"{",   "}",    "[",     "]",       ",",      ":",      "\"text\"",
                                   "\"",  "\"a\"", "1",    "-",       "0",      ".5",     "e+",
                                   "true", "null", "fals",  " ",       "\\n",    "\\u0041", "\\u00",
                                   "\t",   "{}",   "[1,2]", "\"k\":1", "\"text\":\"x\""};
  int valid = 0;
  for (int round = 0; round < 60'000; ++round) {
    std::string text = "{\"text\":\"x\",";
    if (chance() % 2)
      text += "\"k\":";
    for (std::size_t n = chance() % 6; n > 0; --n)
      text += parts[chance() % std::size(parts)];
    text += "}";
    const auto document = nlohmann::json::parse(text, nullptr, false);
    json_member member{"text"};
    const auto found = member.read(text);
    CAPTURE(text);
    const bool ill_formed = !found && found.failure().message.starts_with("not JSON");
    REQUIRE(ill_formed == document.is_discarded());
    valid += !document.is_discarded();
    if (found)
      REQUIRE(document["text"] == std::string{*found});
  }
  CHECK(valid > 1'000);
}
