#include "agents/argument_check.hpp"

#include "agents/argument_parse.hpp"
#include "core/assert.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

namespace spillway::agents {
namespace {

using nlohmann::json;
/// What is wrong, absent if nothing is.
using mismatch = std::optional<std::string>;

mismatch check(const json& value, const json& schema, const std::string& place);

const json* keyword(const json& schema, const char* name) {
  const auto found = schema.find(name);
  return found == schema.end() ? nullptr : &*found;
}

std::string shown(const json& value) {
  constexpr std::size_t bytes_max = 80;
  std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
  return text.size() <= bytes_max ? text : text.substr(0, bytes_max) + "...";
}

bool is_integer(const json& value) {
  return value.is_number_integer()
         || (value.is_number_float() && std::trunc(value.get<double>()) == value.get<double>());
}

bool has_type(const json& value, const std::string& type) {
  if (type == "object")
    return value.is_object();
  if (type == "array")
    return value.is_array();
  if (type == "string")
    return value.is_string();
  if (type == "integer")
    return is_integer(value);
  if (type == "number")
    return value.is_number();
  if (type == "boolean")
    return value.is_boolean();
  return type != "null" || value.is_null();
}

bool has_any_type(const json& value, const json& types) {
  if (types.is_string())
    return has_type(value, types.get<std::string>());
  return !types.is_array() || std::ranges::any_of(types, [&](const json& type) {
    return type.is_string() && has_type(value, type.get<std::string>());
  });
}

mismatch check_type(const json& value, const json& schema, const std::string& place) {
  const json* types = keyword(schema, "type");
  if (!types || has_any_type(value, *types))
    return std::nullopt;
  return place + " must be of type " + shown(*types) + ", not " + value.type_name();
}

mismatch check_choices(const json& value, const json& schema, const std::string& place) {
  if (const json* only = keyword(schema, "const"); only && value != *only)
    return place + " must be " + shown(*only);
  const json* choices = keyword(schema, "enum");
  if (!choices || !choices->is_array() || std::ranges::find(*choices, value) != choices->end())
    return std::nullopt;
  return place + " must be one of " + shown(*choices);
}

/// Checks one measure of a value against a lower and an upper keyword.
mismatch check_range(double measure, const json& schema, const char* least, const char* most,
                     const std::string& what) {
  if (const json* bound = keyword(schema, least);
      bound && bound->is_number() && measure < bound->get<double>())
    return what + " must be at least " + shown(*bound);
  if (const json* bound = keyword(schema, most);
      bound && bound->is_number() && measure > bound->get<double>())
    return what + " must be at most " + shown(*bound);
  return std::nullopt;
}

mismatch check_bounds(const json& value, const json& schema, const std::string& place) {
  if (value.is_number())
    return check_range(value.get<double>(), schema, "minimum", "maximum", place);
  const auto size = value.is_string() ? value.get_ref<const std::string&>().size() : value.size();
  const auto measure = static_cast<double>(size);
  if (value.is_string())
    return check_range(measure, schema, "minLength", "maxLength", "the length of " + place);
  if (value.is_array())
    return check_range(measure, schema, "minItems", "maxItems", "the number of items of " + place);
  return std::nullopt;
}

mismatch check_required(const json& object, const json& schema, const std::string& place) {
  const json* names = keyword(schema, "required");
  if (!names || !names->is_array())
    return std::nullopt;
  for (const json& name : *names)
    if (name.is_string() && !object.contains(name.get<std::string>()))
      return place + " must have '" + name.get<std::string>() + "'";
  return std::nullopt;
}

mismatch check_properties(const json& object, const json& schema, const std::string& place) {
  const json none = json::object();
  const json* known = keyword(schema, "properties");
  const json& properties = known && known->is_object() ? *known : none;
  const json* additional = keyword(schema, "additionalProperties");
  const bool closed = additional && additional->is_boolean() && !additional->get<bool>();
  for (const auto& [name, value] : object.items()) {
    const auto part = properties.find(name);
    if (part == properties.end() && closed)
      return place + " must not have '" + name + "'";
    if (part == properties.end())
      continue;
    if (auto wrong = check(value, *part, "'" + name + "'"))
      return wrong;
  }
  return std::nullopt;
}

mismatch check_items(const json& array, const json& schema, const std::string& place) {
  const json* items = keyword(schema, "items");
  for (std::size_t i = 0; items && i < array.size(); ++i)
    if (auto wrong = check(array[i], *items, "item " + std::to_string(i) + " of " + place))
      return wrong;
  return std::nullopt;
}

mismatch check_parts(const json& value, const json& schema, const std::string& place) {
  if (value.is_array())
    return check_items(value, schema, place);
  if (!value.is_object())
    return std::nullopt;
  if (auto wrong = check_required(value, schema, place))
    return wrong;
  return check_properties(value, schema, place);
}

// Recursion is bounded by the depth of the arguments, which the parser bounds.
mismatch check(const json& value, const json& schema, const std::string& place) {
  if (!schema.is_object())
    return std::nullopt;
  for (const auto rule : {check_type, check_choices, check_bounds, check_parts})
    if (auto wrong = rule(value, schema, place))
      return wrong;
  return std::nullopt;
}

} // namespace

bool is_schema(std::string_view schema_json) {
  return schema_json.empty() || json::parse(schema_json, nullptr, false).is_object();
}

result<void> check_arguments(std::string_view arguments_json, std::string_view schema_json) {
  auto arguments = parse_object(arguments_json);
  if (!arguments)
    return arguments.failure();
  if (schema_json.empty())
    return {};
  const json schema = json::parse(schema_json, nullptr, false);
  SPILLWAY_ASSERT(schema.is_object());
  if (auto wrong = check(*arguments, schema, "the arguments"))
    return error{*wrong};
  return {};
}

} // namespace spillway::agents
