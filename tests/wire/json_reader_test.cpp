#include "core/bounds.hpp"
#include "wire/json_reader.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <string>
#include <vector>

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

TEST_CASE("What nobody read is named once by its place, and what says nothing is not", "[wire]") {
  const auto document = parse_json(
      R"({"a":1,"b":{"c":2,"d":{"x":1}},"list":[{"e":1,"f":2},{"e":1,"f":3,"g":null,"h":[]}],
          "whole":{"deep":{"er":1}},"text":{"x":1},"i":""})");
  REQUIRE(document);
  json_fault fault;
  fault.keep_track();
  const json_node root{*document, fault};
  root["b"]["c"].integer();
  for (std::size_t i = 0; i < 2; ++i)
    root["list"][i]["e"].integer();
  root["whole"].pass_over();
  root["text"].object_text();
  CHECK(fault.unread(*document) == std::vector<std::string>{"a", "b.d", "i", "list.f"});
}

TEST_CASE("What nobody read of an object is taken by the names that lead to it", "[wire]") {
  const auto document = parse_json(
      R"({"a":1,"b":{"c":2,"d":{"e":3,"f":4}},"list":[{"g":1,"h":2}],"null":null,"none":[],
          "whole":{"x":1},"dotted.name":1,"same":{"dotted.name":1}})");
  REQUIRE(document);
  json_fault fault;
  fault.keep_track();
  const json_node root{*document, fault};
  root["b"]["c"].integer();
  root["b"]["d"]["e"].integer();
  root["list"][0]["g"].integer();
  root["whole"].pass_over();
  root["same"].is_object();
  CHECK(root.take_unread().empty()); // what is yet to be read is not known
  fault.unread(*document);
  CHECK(root["list"][0].take_unread() == nlohmann::json{{"h", 2}});
  CHECK(root.take_unread() == nlohmann::json{{"a", 1}, {"b.d.f", 4}});
  CHECK(fault.unread(*document) == std::vector<std::string>{"dotted.name", "same.dotted.name"});
  CHECK(root["a"].take_unread().empty());
}

TEST_CASE("A document of a million unknown names is told by a few of them", "[wire]") {
  nlohmann::json document = nlohmann::json::object();
  for (int i = 0; i < 100'000; ++i)
    document["unknown_" + std::to_string(i)] = 1;
  json_fault fault;
  fault.keep_track();
  std::size_t bytes = 0;
  for (const std::string& name : fault.unread(document))
    bytes += name.size();
  CHECK(bytes > 0);
  CHECK(bytes < bounds::left_out_bytes_max + 20);
}
