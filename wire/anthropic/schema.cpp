#include "wire/anthropic/schema.hpp"

#include "wire/json_reader.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace spillway::wire::anthropic {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 13> unkept = {
    "minimum",   "maximum",  "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
    "minLength", "maxLength", "maxItems",        "uniqueItems",      "minProperties",
    "maxProperties", "contains", "not"};

constexpr std::array<std::string_view, 9> formats = {
    "date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6"};

/// Keywords whose members are schemas by name, one schema, or a list of them.
constexpr std::array<std::string_view, 3> named_schemas = {"properties", "$defs", "definitions"};
constexpr std::array<std::string_view, 3> listed_schemas = {"anyOf", "allOf", "prefixItems"};

bool is_kept(const std::string& keyword, const json& value) {
  if (keyword == "minItems")
    return value == 0 || value == 1;
  if (keyword == "format")
    return std::ranges::find(formats, value) != formats.end();
  return std::ranges::find(unkept, keyword) == unkept.end();
}

bool is_object_schema(const json& schema) {
  return schema.contains("properties") || (schema.contains("type") && schema["type"] == "object");
}

json encode_member(const std::string& keyword, const json& value) {
  if (std::ranges::find(named_schemas, keyword) != named_schemas.end() && value.is_object()) {
    json members = json::object();
    for (const auto& [name, member] : value.items())
      members[name] = encode_output_schema(member);
    return members;
  }
  if (std::ranges::find(listed_schemas, keyword) != listed_schemas.end() && value.is_array()) {
    json members = json::array();
    for (const json& member : value)
      members.push_back(encode_output_schema(member));
    return members;
  }
  return keyword == "items" ? encode_output_schema(value) : value;
}

void say(json& schema, const json& lost) {
  if (lost.empty())
    return;
  const json told = schema.value("description", json(""));
  const std::string before = told.is_string() ? told.get<std::string>() : "";
  schema["description"] = before + (before.empty() ? "" : " ") + dump_json(lost);
}

} // namespace

json encode_input_schema(const std::string& schema_json) {
  if (schema_json.empty())
    return {{"type", "object"}, {"properties", json::object()}};
  auto parsed = parse_json(schema_json);
  if (!parsed || !parsed->is_object())
    return schema_json;
  json schema = std::move(parsed).value();
  if (!schema.contains("type"))
    schema["type"] = "object";
  return schema;
}

json encode_output_schema(const json& schema) {
  if (!schema.is_object())
    return schema;
  json out = json::object();
  json lost = json::object();
  for (const auto& [keyword, value] : schema.items()) {
    const std::string name = keyword == "oneOf" ? "anyOf" : keyword;
    if (is_kept(name, value))
      out[name] = encode_member(name, value);
    else
      lost[name] = value;
  }
  if (is_object_schema(schema))
    out["additionalProperties"] = false;
  say(out, lost);
  return out;
}

bool admits_any_object(const json& schema) {
  return schema.is_object() && schema.value("type", json()) == "object"
         && !schema.contains("properties") && !schema.contains("$ref") && !schema.contains("anyOf")
         && !schema.contains("oneOf") && !schema.contains("allOf");
}

} // namespace spillway::wire::anthropic
