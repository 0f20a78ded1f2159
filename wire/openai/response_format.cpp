#include "wire/openai/response_format.hpp"

#include <algorithm>

namespace spillway::wire::openai {
namespace {

using nlohmann::json;

const json any_object = {{"type", "object"}};

/// Strict mode wants every object closed and each of its properties required.
bool closed_object(const json& schema) {
  const auto properties = schema.find("properties");
  if (properties == schema.end())
    return !schema.contains("type") || schema["type"] != "object";
  const json required = schema.value("required", json::array());
  const json more = schema.value("additionalProperties", json(true));
  return more == false && properties->is_object() && required.is_array()
         && std::all_of(properties->items().begin(), properties->items().end(), [&](const auto& p) {
              return std::find(required.begin(), required.end(), p.key()) != required.end();
            });
}

/// Requires: depth bounded by `parse_json`.
bool admits_strict(const json& schema) {
  if (schema.is_object() && !closed_object(schema))
    return false;
  return !schema.is_structured() || std::all_of(schema.begin(), schema.end(), admits_strict);
}

} // namespace

json encode_response_format(const std::string& schema_json) {
  auto parsed = parse_json(schema_json);
  const json schema = parsed ? std::move(parsed).value() : json(schema_json);
  if (schema == any_object)
    return {{"type", "json_object"}};
  const bool strict = schema.is_object() && admits_strict(schema);
  return {{"type", "json_schema"},
          {"json_schema", {{"name", "reply"}, {"schema", schema}, {"strict", strict}}}};
}

std::string decode_response_format(const json_node& format) {
  if (!format.present())
    return {};
  const std::string type = format["type"].text();
  if (type == "text")
    return {};
  if (type == "json_object")
    return dump_json(any_object);
  if (type == "json_schema")
    return format["json_schema"]["schema"].object_text();
  format["type"].reject("must be text, json_object or json_schema");
  return {};
}

} // namespace spillway::wire::openai
