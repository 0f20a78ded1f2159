#include "simulator/schema_sample.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace spillway::simulator {
namespace {

using nlohmann::json;

// A schema may refer to itself; a required self-reference has no finite instance at all.
constexpr int depth_max = 24;

const std::map<std::string, std::string, std::less<>> sample_by_format = {
    {"date", "2026-01-31"},          {"date-time", "2026-01-31T12:00:00Z"},
    {"time", "12:00:00Z"},           {"email", "someone@example.com"},
    {"uri", "https://example.com/"}, {"hostname", "example.com"},
    {"ipv4", "192.0.2.1"},           {"uuid", "00000000-0000-4000-8000-000000000000"},
};

class sampler {
public:
  sampler(const json& root, const sample_hints& hints) : root_{root}, hints_{hints} {}

  json sample(const json& schema, const std::string& property, bool required, int depth) const;

private:
  json sample_reference(const json& schema, const std::string& property, int depth) const;
  json sample_merged(const json& schema, const std::string& property, int depth) const;
  json sample_object(const json& schema, int depth) const;
  json sample_array(const json& schema, const std::string& property, int depth) const;
  std::string sample_string(const json& schema, const std::string& property, bool required) const;

  const json& root_;
  const sample_hints& hints_;
};

const sample_hint* find_hint(const std::vector<sample_hint>& hints, std::string_view property) {
  const auto hint =
      std::ranges::find_if(hints, [&](const sample_hint& h) { return h.matches(property); });
  return hint == hints.end() ? nullptr : &*hint;
}

std::string type_of(const json& schema) {
  const auto type = schema.find("type");
  if (type != schema.end() && type->is_string())
    return type->get<std::string>();
  if (type != schema.end() && type->is_array())
    for (const json& one : *type)
      if (one.is_string() && one != "null")
        return one.get<std::string>();
  if (schema.contains("properties"))
    return "object";
  return schema.contains("items") ? "array" : "string";
}

double number_at(const json& schema, const char* key, double otherwise) {
  const auto found = schema.find(key);
  return found != schema.end() && found->is_number() ? found->get<double>() : otherwise;
}

std::size_t size_at(const json& schema, const char* key, std::size_t otherwise) {
  const auto found = schema.find(key);
  return found != schema.end() && found->is_number_unsigned() ? found->get<std::size_t>()
                                                              : otherwise;
}

/// Zero where it is allowed, else the allowed number nearest above the lower bound.
double least_number(const json& schema, double step) {
  const double least = std::max(number_at(schema, "minimum", -HUGE_VAL),
                                number_at(schema, "exclusiveMinimum", -HUGE_VAL) + step);
  const double most = std::min(number_at(schema, "maximum", HUGE_VAL),
                               number_at(schema, "exclusiveMaximum", HUGE_VAL) - step);
  const double value = std::clamp(0.0, std::min(least, most), most);
  const double multiple = number_at(schema, "multipleOf", 0);
  // Every integer within 2^53 is exact as a double and fits the integers of JSON.
  constexpr double exact_max = 0x1.0p53;
  return std::clamp(multiple > 0 ? std::ceil(value / multiple) * multiple : value, -exact_max,
                    exact_max);
}

json sampler::sample(const json& schema, const std::string& property, bool required,
                     int depth) const {
  if (!schema.is_object() || depth > depth_max)
    return nullptr;
  if (schema.contains("const"))
    return schema["const"];
  if (const auto choices = schema.find("enum");
      choices != schema.end() && choices->is_array() && !choices->empty())
    return choices->front();
  if (schema.contains("$ref"))
    return sample_reference(schema, property, depth);
  for (const char* key : {"anyOf", "oneOf"})
    if (const auto any = schema.find(key); any != schema.end() && any->is_array() && !any->empty())
      return sample(any->front(), property, required, depth + 1);
  if (schema.contains("allOf") && schema["allOf"].is_array())
    return sample_merged(schema, property, depth);
  const std::string type = type_of(schema);
  if (type == "object")
    return sample_object(schema, depth);
  if (type == "array")
    return sample_array(schema, property, depth);
  if (type == "string")
    return sample_string(schema, property, required);
  if (schema.contains("default"))
    return schema["default"];
  if (type == "integer")
    return static_cast<std::int64_t>(least_number(schema, 1));
  if (type == "number")
    return least_number(schema, 0.5);
  return type == "boolean" ? json(false) : json(nullptr);
}

json sampler::sample_reference(const json& schema, const std::string& property, int depth) const {
  const auto& reference = schema["$ref"];
  if (!reference.is_string() || !reference.get_ref<const std::string&>().starts_with("#"))
    return nullptr;
  const std::string path = reference.get<std::string>().substr(1);
  if (path.empty())
    return sample(root_, property, true, depth + 1);
  const json::json_pointer pointer{path};
  return root_.contains(pointer) ? sample(root_[pointer], property, true, depth + 1)
                                 : json(nullptr);
}

json sampler::sample_merged(const json& schema, const std::string& property, int depth) const {
  json merged = schema;
  merged.erase("allOf");
  for (const json& part : schema["allOf"]) {
    if (!part.is_object())
      continue;
    json wanted = merged.value("required", json::array());
    for (const json& name : part.value("required", json::array()))
      wanted.push_back(name);
    merged.merge_patch(part);
    merged["required"] = wanted;
  }
  return sample(merged, property, true, depth + 1);
}

json sampler::sample_object(const json& schema, int depth) const {
  std::set<std::string> required;
  if (const auto names = schema.find("required"); names != schema.end() && names->is_array())
    for (const json& name : *names)
      if (name.is_string())
        required.insert(name.get<std::string>());
  json object = json::object();
  const auto properties = schema.find("properties");
  if (properties == schema.end() || !properties->is_object())
    return object;
  for (const auto& [name, part] : properties->items())
    if (required.count(name) || find_hint(hints_.given, name))
      object[name] = sample(part, name, required.count(name) > 0, depth + 1);
  return object;
}

json sampler::sample_array(const json& schema, const std::string& property, int depth) const {
  json array = json::array();
  constexpr std::size_t items_max = 64;
  const std::size_t count = std::min(size_at(schema, "minItems", 0), items_max);
  const json items = schema.value("items", json::object());
  for (std::size_t i = 0; i < count; ++i)
    array.push_back(sample(items, property, true, depth + 1));
  return array;
}

std::string sampler::sample_string(const json& schema, const std::string& property,
                                   bool required) const {
  if (const auto* hint = find_hint(hints_.given, property))
    return hint->text;
  if (const auto fixed = schema.find("default"); fixed != schema.end() && fixed->is_string())
    return fixed->get<std::string>();
  if (const auto* hint = find_hint(hints_.if_required, property); required && hint)
    return hint->text;
  if (const auto format = schema.find("format"); format != schema.end() && format->is_string())
    if (const auto known = sample_by_format.find(format->get<std::string>());
        known != sample_by_format.end())
      return known->second;
  std::string text = hints_.otherwise;
  text.resize(std::min(text.size(), size_at(schema, "maxLength", text.size())));
  constexpr std::size_t padding_max = 4096;
  text.resize(std::max(text.size(), std::min(size_at(schema, "minLength", 0), padding_max)), 'x');
  return text;
}

} // namespace

std::string sample_json(std::string_view schema_json, const sample_hints& hints) {
  const json schema = json::parse(schema_json, nullptr, false);
  if (!schema.is_object())
    return "{}";
  // A schema may be any JSON at all: keywords of the wrong type end in a json::exception.
  try {
    const json value = sampler{schema, hints}.sample(schema, {}, true, 0);
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
  } catch (const json::exception&) {
    return "{}";
  }
}

} // namespace spillway::simulator
