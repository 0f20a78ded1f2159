#include "agents/argument_check.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace spillway::agents;

namespace {

/// The mismatch, or "" if the arguments fit.
std::string mismatch(const std::string& arguments, const std::string& schema) {
  const auto fits = check_arguments(arguments, schema);
  return fits ? "" : fits.failure().message;
}

std::string property_mismatch(const std::string& value, const std::string& schema) {
  return mismatch(R"({"x":)" + value + "}", R"({"properties":{"x":)" + schema + "}}");
}

} // namespace

TEST_CASE("arguments that fit pass, whatever the schema leaves open") {
  CHECK(mismatch("{}", "") == "");
  CHECK(mismatch(R"({"anything":[1]})", "") == "");
  CHECK(mismatch(R"({"extra":1})", R"({"type":"object","properties":{}})") == "");
  const struct {
    const char* value;
    const char* schema;
  } rows[] = {
      {"3", R"({"type":"integer"})"},
      {"3.0", R"({"type":"integer"})"},
      {"null", R"({"type":["string","null"]})"},
      {R"("b")", R"({"enum":["a","b"]})"},
      {"[1,2]", R"({"type":"array","items":{"type":"number"},"minItems":2,"maxItems":2})"},
      {R"("abc")", R"({"minLength":3,"maxLength":3})"},
      {"5", R"({"minimum":5,"maximum":5})"},
      {"{}", R"(true)"},
  };
  for (const auto& row : rows) {
    INFO(row.value << " for " << row.schema);
    CHECK(property_mismatch(row.value, row.schema) == "");
  }
}

TEST_CASE("each mismatch is told with its place and what is allowed") {
  const struct {
    const char* value;
    const char* schema;
    const char* message;
  } rows[] = {
      {"3.5", R"({"type":"integer"})", R"('x' must be of type "integer", not number)"},
      {"\"3\"", R"({"type":"integer"})", R"('x' must be of type "integer", not string)"},
      {"1", R"({"type":["string","null"]})",
       R"('x' must be of type ["string","null"], not number)"},
      {R"("c")", R"({"enum":["a","b"]})", R"('x' must be one of ["a","b"])"},
      {"2", R"({"const":1})", "'x' must be 1"},
      {"0", R"({"minimum":1})", "'x' must be at least 1"},
      {"9", R"({"maximum":8})", "'x' must be at most 8"},
      {R"("")", R"({"minLength":1})", "the length of 'x' must be at least 1"},
      {"[1]", R"({"minItems":2})", "the number of items of 'x' must be at least 2"},
      {R"([1,"a"])", R"({"items":{"type":"number"}})",
       R"(item 1 of 'x' must be of type "number", not string)"},
      {R"({"y":1})", R"({"properties":{"y":{"type":"boolean"}}})",
       R"('y' must be of type "boolean", not number)"},
  };
  for (const auto& row : rows)
    CHECK(property_mismatch(row.value, row.schema) == row.message);
  CHECK(mismatch("{}", R"({"required":["path"]})") == "the arguments must have 'path'");
  CHECK(mismatch(R"({"a":1})", R"({"additionalProperties":false})")
        == "the arguments must not have 'a'");
}

TEST_CASE("what is no JSON object is refused in words") {
  CHECK(mismatch("{broken", "") == "the arguments are not valid JSON; send one JSON object");
  CHECK(mismatch("[1]", "") == "the arguments must be one JSON object");
}

TEST_CASE("schemas with keywords of the wrong type constrain nothing and break nothing") {
  for (const char* schema :
       {R"({"type":7})", R"({"enum":5})", R"({"minimum":"a"})", R"({"items":4})", R"("x")"}) {
    INFO(schema);
    CHECK(property_mismatch("[1]", schema) == "");
  }
  CHECK(mismatch("{}", R"({"required":"a","properties":[]})") == "");
}

TEST_CASE("only an object or nothing is a schema") {
  CHECK(is_schema(""));
  CHECK(is_schema("{}"));
  for (const char* text : {"[]", "true", "{", "x"})
    CHECK_FALSE(is_schema(text));
}
