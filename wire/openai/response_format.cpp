#include "wire/openai/response_format.hpp"

#include <algorithm>
#include <string>
#include <utility>

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

/// The text itself if it is no JSON, so that the server refuses it by name.
json schema_of(const chat_request& request) {
  auto parsed = parse_json(request.response_schema_json);
  return parsed ? std::move(parsed).value() : json(request.response_schema_json);
}

void decode_schema(const json_node& format, chat_request& request) {
  request.response_schema_json = format["schema"].object_text();
  request.response_schema_name = format["name"].text_or({});
  request.response_schema_strict = format["strict"].boolean();
  if (!format["schema"].present())
    format["schema"].reject("is missing; expected a JSON Schema");
}

/// True if `format` is a schema; any object and free text are dealt with.
bool is_schema(const json_node& format, chat_request& request) {
  if (!format.present())
    return false;
  const std::string type = format["type"].text();
  if (type == "json_object")
    request.response_schema_json = dump_json(any_object);
  else if (type != "text" && type != "json_schema")
    format["type"].reject("must be text, json_object or json_schema");
  return type == "json_schema";
}

} // namespace

json encode_schema(const chat_request& request) {
  const json schema = schema_of(request);
  if (schema == any_object)
    return {{"type", "json_object"}};
  const bool strict = request.response_schema_strict.value_or(schema.is_object()
                                                              && admits_strict(schema));
  const std::string& name = request.response_schema_name;
  return {{"type", "json_schema"},
          {"name", name.empty() ? "reply" : name},
          {"schema", schema},
          {"strict", strict}};
}

json encode_response_format(const chat_request& request) {
  json schema = encode_schema(request);
  json type = std::exchange(schema["type"], nullptr);
  schema.erase("type");
  if (schema.empty())
    return {{"type", std::move(type)}};
  return {{"type", std::move(type)}, {"json_schema", std::move(schema)}};
}

void decode_response_format(const json_node& format, chat_request& request) {
  if (is_schema(format, request))
    decode_schema(format["json_schema"], request);
}

void decode_text_format(const json_node& format, chat_request& request) {
  if (is_schema(format, request))
    decode_schema(format, request);
}

std::string schema_instruction(const chat_request& request) {
  if (schema_of(request) == any_object)
    return {};
  return "Answer with one JSON object, and nothing else, that satisfies this JSON Schema:\n"
         + request.response_schema_json;
}

} // namespace spillway::wire::openai
