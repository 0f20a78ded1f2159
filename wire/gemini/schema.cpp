#include "wire/gemini/schema.hpp"

#include "core/bounds.hpp"
#include "wire/gemini/field.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace spillway::wire::gemini {
namespace {

using nlohmann::json;

/// Schemas that hold at once; where they contradict, the later one does.
using stack = std::vector<const json*>;

const json* find(const stack& schemas, const char* key, std::size_t from = 0) {
  for (std::size_t i = schemas.size(); i > from; --i)
    if (const auto it = schemas[i - 1]->find(key); it != schemas[i - 1]->end())
      return &*it;
  return nullptr;
}

const json* find_number(const stack& schemas, const char* key) {
  const json* value = find(schemas, key);
  return value && value->is_number() ? value : nullptr;
}

bool is_true(const json* value) {
  return value && value->is_boolean() && value->get<bool>();
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  return text;
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? char(c - 32) : c; });
  return text;
}

bool is_null_type(const json& schema) {
  const auto type = schema.is_object() ? schema.find("type") : schema.end();
  return schema.is_object() && type != schema.end() && type->is_string() && lower(*type) == "null";
}

/// What schemas without `type` must be about; empty: anything.
std::string implied_type(const stack& schemas) {
  const auto has_any = [&](std::initializer_list<const char*> keys) {
    return std::ranges::any_of(keys, [&](const char* key) { return find(schemas, key); });
  };
  if (has_any({"properties", "additionalProperties", "required"}))
    return "object";
  if (has_any({"items", "prefixItems", "minItems", "maxItems"}))
    return "array";
  if (has_any({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}))
    return "number";
  return has_any({"pattern", "minLength", "maxLength", "format"}) ? "string" : "";
}

std::string type_of_values(const json& values) {
  const auto all = [&](auto is) { return std::ranges::all_of(values, is); };
  if (all([](const json& v) { return v.is_string(); }))
    return "string";
  if (all([](const json& v) { return v.is_number_integer(); }))
    return "integer";
  if (all([](const json& v) { return v.is_number(); }))
    return "number";
  return all([](const json& v) { return v.is_boolean(); }) ? "boolean" : "";
}

/// The whole number next to an excluded bound, on the side of `step`.
json next_integer(const json& bound, int step) {
  if (bound.is_number_integer()) {
    const auto n = bound.get<std::int64_t>();
    const auto last = step > 0 ? std::numeric_limits<std::int64_t>::max()
                               : std::numeric_limits<std::int64_t>::min();
    return n == last ? n : n + step;
  }
  const double n = bound.get<double>();
  return step > 0 ? std::floor(n) + 1 : std::ceil(n) - 1;
}

class converter {
public:
  converter(const json& root, schema_notation notation)
      : root_{root}, open_api_{notation == schema_notation::open_api} {}

  json convert(const std::vector<const json*>& schemas, stack base = {});

private:
  std::string named(const std::string& type) const { return open_api_ ? upper(type) : type; }
  bool is_spent() const {
    return depth_ >= bounds::json_depth_max / 2 || nodes_ >= bounds::schema_nodes_max;
  }

  void lay(const json& schema, stack& onto);
  const json* follow(const std::string& reference);
  json convert_laid(const stack& schemas, std::size_t own);
  json convert_choices(const stack& schemas, const json& choices);
  json convert_types(const stack& schemas, const json& types);
  json convert_plain(const stack& schemas, std::string type);
  json made_nullable(json converted) const;

  void add_values(const stack& schemas, std::string& type, bool& null_too, json& out) const;
  void add_format(const stack& schemas, const std::string& type, json& out) const;
  void add_bound(const stack& schemas, const std::string& type, bool least, json& out) const;
  void add_sizes(const stack& schemas, json& out) const;
  void add_items(const stack& schemas, json& out);
  void add_properties(const stack& schemas, json& out);
  void add_additional(const stack& schemas, json& out);

  const json& root_;
  bool open_api_;
  std::vector<std::string> open_references_; ///< whose targets are being converted
  std::size_t nodes_ = 0;
  int depth_ = 0;
};

json converter::convert(const std::vector<const json*>& schemas, stack base) {
  if (is_spent())
    return {{"type", named("object")}};
  ++depth_;
  const std::size_t open = open_references_.size();
  const std::size_t own = base.size();
  for (const json* schema : schemas)
    lay(*schema, base);
  json out = convert_laid(base, own);
  open_references_.resize(open);
  --depth_;
  return out;
}

/// Puts a schema on the stack, with what it refers to below and all of its `allOf` above.
void converter::lay(const json& schema, stack& onto) {
  static const json any_object = {{"type", "object"}};
  ++nodes_;
  if (!schema.is_object() || is_spent())
    return;
  ++depth_;
  if (const auto reference = schema.find("$ref");
      reference != schema.end() && reference->is_string()) {
    if (const json* target = follow(*reference))
      lay(*target, onto);
    else
      onto.push_back(&any_object);
  }
  onto.push_back(&schema);
  if (const auto all = schema.find("allOf"); all != schema.end() && all->is_array())
    for (const json& part : *all)
      lay(part, onto);
  --depth_;
}

/// The place in this very document; null if there is none, it lies elsewhere or it is a cycle.
const json* converter::follow(const std::string& reference) {
  if (!reference.starts_with('#') || std::ranges::count(open_references_, reference) > 0)
    return nullptr;
  try {
    const json::json_pointer place{reference.substr(1)};
    if (!root_.contains(place) || !root_.at(place).is_object())
      return nullptr;
    open_references_.push_back(reference);
    return &root_.at(place);
  } catch (const json::exception&) {
    return nullptr;
  }
}

/// Alternatives are looked for from `own` on: those below have been chosen from already.
json converter::convert_laid(const stack& schemas, std::size_t own) {
  for (const char* key : {"anyOf", "oneOf"})
    if (const json* choices = find(schemas, key, own);
        choices && choices->is_array() && !choices->empty())
      return convert_choices(schemas, *choices);
  const json* type = find(schemas, "type");
  if (type && type->is_array())
    return convert_types(schemas, *type);
  return convert_plain(schemas,
                       type && type->is_string() ? lower(*type) : implied_type(schemas));
}

/// What stands beside the alternatives is put into each: Gemini wants nothing beside `anyOf`.
json converter::convert_choices(const stack& schemas, const json& choices) {
  json converted = json::array();
  bool null_too = false;
  for (const json& choice : choices) {
    if (is_null_type(choice)) {
      null_too = true;
      continue;
    }
    json one = convert({&choice}, schemas);
    if (std::ranges::find(converted, one) == converted.end())
      converted.push_back(std::move(one));
  }
  if (converted.empty())
    return convert_plain(schemas, null_too ? "null" : implied_type(schemas));
  if (null_too)
    converted.front() = made_nullable(std::move(converted.front()));
  return converted.size() == 1 ? json(converted.front()) : json{{"anyOf", std::move(converted)}};
}

json converter::convert_types(const stack& schemas, const json& types) {
  json converted = json::array();
  bool null_too = false;
  for (const json& type : types) {
    if (!type.is_string())
      continue;
    if (lower(type) == "null")
      null_too = true;
    else
      converted.push_back(convert_plain(schemas, lower(type)));
  }
  if (converted.empty())
    return convert_plain(schemas, null_too ? "null" : implied_type(schemas));
  if (null_too)
    converted.front() = made_nullable(std::move(converted.front()));
  return converted.size() == 1 ? json(converted.front()) : json{{"anyOf", std::move(converted)}};
}

json converter::convert_plain(const stack& schemas, std::string type) {
  json out = json::object();
  for (const char* key : {"title", "description"})
    if (const json* text = find(schemas, key); text && text->is_string())
      out[key] = *text;
  bool null_too = is_true(find(schemas, "nullable"));
  add_values(schemas, type, null_too, out);
  if (type.empty() && open_api_)
    type = "string"; // any value, as text: this notation has no schema without a type
  if (!type.empty())
    out["type"] = named(type);
  add_format(schemas, type, out);
  if (type == "number" || type == "integer")
    for (const bool least : {true, false})
      add_bound(schemas, type, least, out);
  add_sizes(schemas, out);
  if (type == "array")
    add_items(schemas, out);
  if (type == "object")
    add_properties(schemas, out);
  return null_too ? made_nullable(std::move(out)) : out;
}

json converter::made_nullable(json converted) const {
  const auto type = converted.find("type");
  if (converted.contains("anyOf"))
    converted["anyOf"].front() = made_nullable(std::move(converted["anyOf"].front()));
  else if (open_api_)
    converted["nullable"] = true;
  else if (type != converted.end() && type->is_string())
    *type = json::array({*type, "null"});
  return converted;
}

void converter::add_values(const stack& schemas, std::string& type, bool& null_too,
                           json& out) const {
  const json* only = find(schemas, "const");
  const json* listed = find(schemas, "enum");
  if (!only && !(listed && listed->is_array()))
    return;
  json values = json::array();
  for (const json& value : only ? json::array({*only}) : *listed) {
    null_too = null_too || value.is_null();
    if (!value.is_null())
      values.push_back(value);
  }
  if (type.empty())
    type = type_of_values(values);
  const bool sayable = std::ranges::all_of(
      values, [](const json& v) { return v.is_string() || v.is_number(); });
  if (values.empty() || !sayable)
    return;
  if (open_api_) {
    for (json& value : values)
      if (!value.is_string())
        value = value.dump();
    type = "string";
    out["format"] = "enum";
  }
  out["enum"] = std::move(values);
}

void converter::add_format(const stack& schemas, const std::string& type, json& out) const {
  const json* given = find(schemas, "format");
  if (!given || !given->is_string() || out.contains("format"))
    return;
  const std::string format = *given;
  const auto is_one_of = [&](std::initializer_list<std::string_view> known) {
    return std::ranges::find(known, format) != known.end();
  };
  const bool known = open_api_ ? (type == "string" && format == "date-time")
                                     || (type == "number" && is_one_of({"float", "double"}))
                                     || (type == "integer" && is_one_of({"int32", "int64"}))
                               : type == "string" && is_one_of({"date-time", "date", "time"});
  if (known)
    out["format"] = format;
}

/// The bound and the excluded one as a single inclusive one. Draft 4 marks a bound as excluded by a
/// true beside it.
void converter::add_bound(const stack& schemas, const std::string& type, bool least,
                          json& out) const {
  const char* name = least ? "minimum" : "maximum";
  const char* excluded_name = least ? "exclusiveMinimum" : "exclusiveMaximum";
  const json* bound = find_number(schemas, name);
  const json* excluded = find_number(schemas, excluded_name);
  if (bound && is_true(find(schemas, excluded_name)))
    excluded = std::exchange(bound, nullptr);
  json told = bound ? *bound : json();
  if (excluded) {
    const json inner = type == "integer" ? next_integer(*excluded, least ? 1 : -1) : *excluded;
    if (told.is_null() || (least ? inner > told : inner < told))
      told = inner;
  }
  if (!told.is_null())
    out[name] = std::move(told);
}

void converter::add_sizes(const stack& schemas, json& out) const {
  const auto take = [&](std::initializer_list<const char*> keys) {
    for (const char* key : keys)
      if (const json* size = find_number(schemas, key); size && size->is_number_unsigned())
        out[key] = *size;
  };
  const std::string type = lower(out.value("type", json("")).get<std::string>());
  if (type == "array")
    take({"minItems", "maxItems"});
  if (!open_api_)
    return;
  if (type == "object")
    take({"minProperties", "maxProperties"});
  if (type != "string")
    return;
  take({"minLength", "maxLength"});
  if (const json* pattern = find(schemas, "pattern"); pattern && pattern->is_string())
    out["pattern"] = *pattern;
}

void converter::add_items(const stack& schemas, json& out) {
  const json* items = find(schemas, "items");
  const json* tuple = find(schemas, "prefixItems");
  if (!tuple && items && items->is_array())
    tuple = std::exchange(items, nullptr);
  if (tuple && tuple->is_array() && !tuple->empty()) {
    if (open_api_) {
      out["items"] = convert_choices({}, *tuple);
      return;
    }
    for (const json& item : *tuple)
      out["prefixItems"].push_back(convert({&item}));
  }
  if (items && items->is_object())
    out["items"] = convert({items});
  else if (open_api_)
    out["items"] = {{"type", named("string")}}; // an array of whatever is refused
}

void converter::add_properties(const stack& schemas, json& out) {
  std::map<std::string, std::vector<const json*>> properties;
  json required = json::array();
  for (const json* schema : schemas) {
    if (const auto here = schema->find("properties"); here != schema->end() && here->is_object())
      for (const auto& [name, property] : here->items())
        properties[name].push_back(&property);
    if (const auto here = schema->find("required"); here != schema->end() && here->is_array())
      required.insert(required.end(), here->begin(), here->end());
  }
  for (const auto& [name, all] : properties)
    out["properties"][name] = convert(all);
  // A required property that is not described is refused.
  json kept = json::array();
  for (const json& name : required)
    if (name.is_string() && properties.contains(name)
        && std::ranges::find(kept, name) == kept.end())
      kept.push_back(name);
  if (!kept.empty())
    out["required"] = std::move(kept);
  if (!open_api_)
    add_additional(schemas, out);
}

void converter::add_additional(const stack& schemas, json& out) {
  const json* more = find(schemas, "additionalProperties");
  if (more && more->is_object())
    out["additionalProperties"] = convert({more});
  else if (more && more->is_boolean() && !more->get<bool>() && out.contains("properties"))
    out["additionalProperties"] = false;
}

/// Proto-JSON writes 64-bit numbers as text.
json whole_number(const json& value) {
  if (!value.is_string())
    return value;
  const json read = json::parse(value.get<std::string>(), nullptr, false);
  return read.is_number_integer() ? read : value;
}

json decoded(const json& schema) {
  if (!schema.is_object())
    return schema;
  json out = json::object();
  for (const auto& [name_given, value] : schema.items()) {
    const std::string key = camel_case(name_given);
    if (key == "properties" && value.is_object())
      for (const auto& [name, property] : value.items())
        out["properties"][name] = decoded(property);
    else if (key == "anyOf" && value.is_array())
      for (const json& choice : value)
        out["anyOf"].push_back(decoded(choice));
    else if (key == "items")
      out["items"] = decoded(value);
    else if (key.starts_with("min") || key.starts_with("max"))
      out[key] = whole_number(value);
    else if (key == "type" && value.is_string())
      out["type"] = lower(value);
    else if (key != "nullable" && key != "propertyOrdering"
             && !(key == "format" && value == "enum"))
      out[key] = value;
  }
  const auto type = out.find("type");
  if (type != out.end() && schema.value("nullable", json()) == true)
    *type = json::array({*type, "null"});
  return out;
}

} // namespace

json encode_schema(const json& schema, schema_notation notation) {
  return converter{schema, notation}.convert({&schema});
}

bool is_empty_object(const json& encoded) {
  const auto type = encoded.find("type");
  return type != encoded.end() && (*type == "OBJECT" || *type == "object")
         && !encoded.contains("properties") && !encoded.contains("additionalProperties");
}

std::string decode_schema(const json_node& node) {
  if (!node.is_object())
    return node.object_text();
  json_fault none;
  auto schema = parse_json(node.object_text());
  return schema ? dump_json(decoded(*schema)) : std::string{};
}

} // namespace spillway::wire::gemini
