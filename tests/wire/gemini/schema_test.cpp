#include "core/bounds.hpp"
#include "wire/gemini/schema.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::wire;
using namespace spillway::wire::gemini;
using nlohmann::json;

namespace {

json open_api(const char* schema) {
  return encode_schema(json::parse(schema), schema_notation::open_api);
}

json json_schema(const char* schema) {
  return encode_schema(json::parse(schema), schema_notation::json_schema);
}

json decoded(const char* schema) {
  const json document = json::parse(schema);
  json_fault fault;
  return json::parse(decode_schema(json_node{document, fault}));
}

} // namespace

TEST_CASE("A schema loses what Gemini refuses and keeps what it knows", "[wire][gemini]") {
  const auto [given, expected] = GENERATE(table<const char*, const char*>({
      {R"({"$schema":"x","$id":"y","type":"object","additionalProperties":false,
           "properties":{"a":{"type":"string","default":"z","examples":["e"]}}})",
       R"({"type":"OBJECT","properties":{"a":{"type":"STRING"}}})"},
      {R"({"const":"on"})", R"({"type":"STRING","format":"enum","enum":["on"]})"},
      {R"({"type":"integer","enum":[1,2]})", R"({"type":"STRING","format":"enum","enum":["1","2"]})"},
      {R"({"enum":["a",null]})",
       R"({"type":"STRING","format":"enum","enum":["a"],"nullable":true})"},
      {R"({"const":true})", R"({"type":"BOOLEAN"})"},
      {R"({"type":"integer","exclusiveMinimum":0,"exclusiveMaximum":10})",
       R"({"type":"INTEGER","minimum":1,"maximum":9})"},
      {R"({"type":"number","exclusiveMinimum":0.5})", R"({"type":"NUMBER","minimum":0.5})"},
      {R"({"type":"integer","minimum":3,"exclusiveMinimum":true})",
       R"({"type":"INTEGER","minimum":4})"},
      {R"({"type":"integer","minimum":7,"exclusiveMinimum":3})",
       R"({"type":"INTEGER","minimum":7})"},
      {R"({"type":["string","null"],"description":"d"})",
       R"({"type":"STRING","nullable":true,"description":"d"})"},
      {R"({"type":["string","integer"]})", R"({"anyOf":[{"type":"STRING"},{"type":"INTEGER"}]})"},
      {R"({"oneOf":[{"type":"string"},{"type":"null"}],"description":"d"})",
       R"({"type":"STRING","nullable":true,"description":"d"})"},
      {R"({"anyOf":[{"type":"string"},{"type":"integer"},{"type":"null"}]})",
       R"({"anyOf":[{"type":"STRING","nullable":true},{"type":"INTEGER"}]})"},
      {R"({"allOf":[{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]},
                    {"properties":{"b":{"type":"number"}},"required":["b"]}]})",
       R"({"type":"OBJECT","properties":{"a":{"type":"STRING"},"b":{"type":"NUMBER"}},
           "required":["a","b"]})"},
      {R"({"type":"string","format":"date-time"})", R"({"type":"STRING","format":"date-time"})"},
      {R"({"type":"string","format":"email"})", R"({"type":"STRING"})"},
      {R"({"type":"integer","format":"int64"})", R"({"type":"INTEGER","format":"int64"})"},
      {R"({"type":"array"})", R"({"type":"ARRAY","items":{"type":"STRING"}})"},
      {R"({"type":"array","prefixItems":[{"type":"string"},{"type":"number"}],"maxItems":2})",
       R"({"type":"ARRAY","items":{"anyOf":[{"type":"STRING"},{"type":"NUMBER"}]},"maxItems":2})"},
      {R"({"type":"object","properties":{"a":true},"required":["a","gone","a"]})",
       R"({"type":"OBJECT","properties":{"a":{"type":"STRING"}},"required":["a"]})"},
      {R"({"properties":{"a":{"minLength":1,"pattern":"x"}}})",
       R"({"type":"OBJECT","properties":{"a":{"type":"STRING","minLength":1,"pattern":"x"}}})"},
      {R"({"type":"STRING"})", R"({"type":"STRING"})"},
      {R"({"type":"object","properties":{"a":{"type":"string"}},
           "anyOf":[{"required":["a"]},{"properties":{"b":{"type":"integer"}}}]})",
       R"({"anyOf":[{"type":"OBJECT","properties":{"a":{"type":"STRING"}},"required":["a"]},
                    {"type":"OBJECT","properties":{"a":{"type":"STRING"},"b":{"type":"INTEGER"}}}]})"},
  }));
  CAPTURE(given);
  CHECK(open_api(given) == json::parse(expected));
}

TEST_CASE("Newer models read more of a schema", "[wire][gemini]") {
  CHECK(json_schema(R"({"type":"integer","enum":[1,2]})")
        == json::parse(R"({"type":"integer","enum":[1,2]})"));
  CHECK(json_schema(R"({"type":["string","null"]})")
        == json::parse(R"({"type":["string","null"]})"));
  CHECK(json_schema(R"({"type":"object","additionalProperties":{"type":"string","x-y":1}})")
        == json::parse(R"({"type":"object","additionalProperties":{"type":"string"}})"));
  CHECK(json_schema(R"({"type":"object","properties":{"a":{"format":"date"}},
                        "additionalProperties":false})")
        == json::parse(R"({"type":"object","properties":{"a":{"type":"string","format":"date"}},
                           "additionalProperties":false})"));
  CHECK(json_schema(R"({"type":"array","prefixItems":[{"type":"string"}]})")
        == json::parse(R"({"type":"array","prefixItems":[{"type":"string"}]})"));
  CHECK(json_schema("{}") == json::object());
}

TEST_CASE("References are put in place, and what stands beside them counts", "[wire][gemini]") {
  CHECK(open_api(R"({"$defs":{"p":{"type":"integer","title":"P"},"a/b":{"type":"string"}},
                     "definitions":{"q":{"$ref":"#/$defs/p"}},
                     "type":"object","properties":{
                       "x":{"$ref":"#/definitions/q","description":"mine"},
                       "y":{"$ref":"#/$defs/a~1b"},
                       "z":{"allOf":[{"$ref":"#/$defs/p"}]}}})")
        == json::parse(R"({"type":"OBJECT","properties":{
                             "x":{"type":"INTEGER","title":"P","description":"mine"},
                             "y":{"type":"STRING"},
                             "z":{"type":"INTEGER","title":"P"}}})"));
}

TEST_CASE("A reference to itself ends in an object of any shape", "[wire][gemini]") {
  CHECK(open_api(R"({"$defs":{"node":{"type":"object","properties":{
                       "value":{"type":"string"},
                       "next":{"$ref":"#/$defs/node"}}}},
                     "$ref":"#/$defs/node"})")
        == json::parse(R"({"type":"OBJECT","properties":{
                             "value":{"type":"STRING"},"next":{"type":"OBJECT"}}})"));
  CHECK(open_api(R"({"type":"object","properties":{"self":{"$ref":"#"}}})")
        == json::parse(R"({"type":"OBJECT","properties":{
                             "self":{"type":"OBJECT","properties":{"self":{"type":"OBJECT"}}}}})"));
  CHECK(open_api(R"({"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}},
                     "$ref":"#/$defs/a"})")
        == json::parse(R"({"type":"OBJECT"})"));
}

TEST_CASE("A reference that leads nowhere is an object of any shape", "[wire][gemini]") {
  const auto given = GENERATE(R"({"$ref":"https://example.com/s"})", R"({"$ref":"#/nowhere"})",
                              R"({"$ref":"#/a/b/~9"})", R"({"$ref":"#x"})", R"({"$ref":"#/$ref"})");
  CAPTURE(given);
  CHECK(open_api(given) == json::parse(R"({"type":"OBJECT"})"));
}

TEST_CASE("References that multiply are cut", "[wire][gemini]") {
  json defs = json::object();
  for (int i = 0; i < 40; ++i) {
    const std::string next = "#/$defs/d" + std::to_string(i + 1);
    defs["d" + std::to_string(i)] = {
        {"type", "object"}, {"properties", {{"l", {{"$ref", next}}}, {"r", {{"$ref", next}}}}}};
  }
  defs["d40"] = {{"type", "string"}};
  const json schema = {{"$defs", defs}, {"$ref", "#/$defs/d0"}};
  const std::string text = encode_schema(schema, schema_notation::open_api).dump();
  CHECK(text.size() < 100 * bounds::schema_nodes_max);
}

TEST_CASE("A long chain of references does not exhaust the stack", "[wire][gemini]") {
  json defs = json::object();
  for (int i = 0; i < 100'000; ++i)
    defs["d" + std::to_string(i)] = {{"$ref", "#/$defs/d" + std::to_string(i + 1)}};
  const json schema = {{"$defs", defs}, {"$ref", "#/$defs/d0"}};
  CHECK(encode_schema(schema, schema_notation::open_api)["type"].is_string());
}

TEST_CASE("Nonsense in a schema is left out", "[wire][gemini]") {
  const auto given = GENERATE(
      "true", "7", "[]", R"({"type":7})", R"({"properties":7})", R"({"allOf":7,"anyOf":7})",
      R"({"anyOf":[]})", R"({"enum":[]})", R"({"enum":[{}]})", R"({"type":["null"]})",
      R"({"type":[]})", R"({"required":[7]})", R"({"items":7,"type":"array"})",
      R"({"minimum":"x","type":"number"})", R"({"minLength":-1,"type":"string"})",
      R"({"allOf":[7,true]})", R"({"anyOf":[7]})", R"({"description":7,"title":[]})");
  CAPTURE(given);
  for (const auto notation : {schema_notation::open_api, schema_notation::json_schema})
    CHECK(encode_schema(json::parse(given), notation).is_object());
}

TEST_CASE("A tool without arguments is known by its schema", "[wire][gemini]") {
  CHECK(is_empty_object(open_api(R"({"type":"object","properties":{}})")));
  CHECK(is_empty_object(json_schema(R"({"type":"object","additionalProperties":false})")));
  CHECK_FALSE(is_empty_object(json_schema(R"({"type":"object","additionalProperties":{}})")));
  CHECK_FALSE(is_empty_object(open_api(R"({"properties":{"a":{}}})")));
  CHECK_FALSE(is_empty_object(open_api(R"({"type":"string"})")));
}

TEST_CASE("Gemini's notation is read as JSON Schema", "[wire][gemini]") {
  CHECK(decoded(R"({"type":"OBJECT","properties":{
                      "a":{"type":"STRING","format":"enum","enum":["x"],"nullable":true},
                      "b":{"type":"ARRAY","items":{"type":"INTEGER"},"max_items":"3"},
                      "c":{"any_of":[{"type":"NUMBER"}]}},
                    "propertyOrdering":["b","a"],"required":["a"]})")
        == json::parse(R"({"type":"object","properties":{
                             "a":{"type":["string","null"],"enum":["x"]},
                             "b":{"type":"array","items":{"type":"integer"},"maxItems":3},
                             "c":{"anyOf":[{"type":"number"}]}},"required":["a"]})"));
}
