#include "core/bounds.hpp"
#include "wire/json_reader.hpp"

#include <catch2/catch.hpp>

#include <functional>

using namespace spillway;
using namespace spillway::wire;

namespace {

/// The fault of reading `text` by `read`; empty if there was none.
std::string fault_of(const std::string& text, const std::function<void(const json_node&)>& read) {
  const auto document = parse_json(text);
  REQUIRE(document);
  json_fault fault;
  read(json_node{*document, fault});
  return fault.found() ? fault.take().message : std::string{};
}

std::string nested(int depth) {
  const auto n = static_cast<std::size_t>(depth);
  return std::string(n, '[') + std::string(n, ']');
}

} // namespace

TEST_CASE("JSON is read to its allowed depth and no deeper", "[wire]") {
  CHECK(parse_json(nested(bounds::json_depth_max)));
  CHECK_FALSE(parse_json(nested(bounds::json_depth_max + 1)));
  CHECK_FALSE(parse_json(std::string(1'000'000, '[')));
}

TEST_CASE("Brackets inside strings do not count as depth", "[wire]") {
  CHECK(parse_json('"' + std::string(1000, '[') + '"'));
  CHECK(parse_json("[\"\\\"" + std::string(1000, '{') + "\"]"));
}

TEST_CASE("What is no JSON is refused without repeating it", "[wire]") {
  const auto text = GENERATE(as<std::string>{}, "", "{", "{\"a\":tell-nobody}", "[1,]", "nul",
                             "{\"a\":1}tell-nobody", "\"\xff tell-nobody\"", "1e999", "]");
  CAPTURE(text);
  const auto document = parse_json(text);
  REQUIRE_FALSE(document);
  CHECK(document.failure().message.find("tell-nobody") == std::string::npos);
}

TEST_CASE("A fault names the path of the first thing wrong", "[wire]") {
  CHECK(fault_of(R"({"a":[{"b":1}]})", [](const json_node& n) { n["a"][0]["b"].text(); })
        == "a[0].b must be a string");
  CHECK(fault_of(R"({"a":[]})", [](const json_node& n) { n["a"][3]["b"].text(); })
        == "a[3].b is missing; expected a string");
  CHECK(fault_of(R"({"a":1,"b":2})",
                 [](const json_node& n) {
                   n["b"]["c"].integer();
                   n["a"].text();
                 })
        == "b must be an object");
  CHECK(fault_of(R"([{"a":[1,{"b":[[1,"x"]]}]}])",
                 [](const json_node& n) { n[0]["a"][1]["b"][0][1].number(); })
        == "[0].a[1].b[0][1] must be a number");
  CHECK(fault_of(R"({"a":[{"b":null}]})", [](const json_node& n) { n["a"][0]["b"][2]["c"].text(); })
        == "a[0].b[2].c is missing; expected a string");
  CHECK(fault_of(R"({"a":[{"b":7}]})", [](const json_node& n) { n["a"][0]["b"][2]["c"].text(); })
        == "a[0].b must be an array");
  CHECK(fault_of("null", [](const json_node& n) { n["a"]["b"].text(); })
        == "a.b is missing; expected a string");
  CHECK(fault_of("[]", [](const json_node& n) { n["a"].boolean(); })
        == "the document must be an object");
}

TEST_CASE("Null and absent are the same, and are no fault where a value is optional", "[wire]") {
  CHECK(fault_of(R"({"a":null})", [](const json_node& n) {
          CHECK_FALSE(n["a"].present());
          CHECK_FALSE(n["b"]["c"][2].integer());
          CHECK(n["a"].text_or("none") == "none");
          CHECK(n["a"].size() == 0);
          CHECK(n["a"].object_text().empty());
        }).empty());
}

TEST_CASE("Whole numbers are exact or refused", "[wire]") {
  const auto [text, fault] = GENERATE(table<const char*, bool>({
      {"5", false},
      {"5.0", false},
      {"-9223372036854775808", false},
      {"9223372036854775807", false},
      {"9223372036854775808", true},
      {"1e300", true},
      {"5.5", true},
      {"\"5\"", true},
  }));
  CAPTURE(text);
  CHECK(fault_of(text, [](const json_node& n) { n.integer(); }).empty() != fault);
}

TEST_CASE("Text that is not UTF-8 is repaired when it is written", "[wire]") {
  CHECK(dump_json(std::string{"a\xff"}) == "\"a\xef\xbf\xbd\"");
}
