#include "core/tokens/tool_text.hpp"

#include "core/json_cursor.hpp"

#include <algorithm>

namespace spillway::tokens {
namespace {

// Deeper properties have their descriptions left out.
constexpr std::size_t described_indent_max = 2;

struct schema {
  std::string_view type;
  std::string_view description;
  std::string_view properties;
  std::string_view required;
  std::string_view items;
  std::string_view choices; // enum
  std::string_view any_of;
};

schema read_schema(std::string_view json) {
  schema s;
  for (const json_entry& e : json_entries(json)) {
    if (e.name == "type")
      s.type = e.value;
    else if (e.name == "description")
      s.description = e.value;
    else if (e.name == "properties")
      s.properties = e.value;
    else if (e.name == "required")
      s.required = e.value;
    else if (e.name == "items")
      s.items = e.value;
    else if (e.name == "enum")
      s.choices = e.value;
    else if (e.name == "anyOf" || e.name == "oneOf")
      s.any_of = e.value;
  }
  return s;
}

std::string type_of(std::string_view json, std::size_t indent);

std::string properties_of(const schema& object, std::size_t indent) {
  std::vector<std::string> required;
  for (const std::string_view name : json_elements(object.required))
    required.push_back(json_text(name));
  const std::string margin(indent, ' ');
  std::string out;
  const auto add_line = [&](const std::string& line) {
    out += (out.empty() ? "" : "\n") + margin + line;
  };
  for (const json_entry& property : json_entries(object.properties)) {
    const std::string description = json_text(read_schema(property.value).description);
    if (!description.empty() && indent < described_indent_max)
      add_line("// " + description);
    const bool needed = std::ranges::count(required, property.name) != 0;
    add_line(property.name + (needed ? ": " : "?: ") + type_of(property.value, indent) + ",");
  }
  return out;
}

std::string joined(const std::vector<std::string_view>& parts, auto text_of) {
  std::string out;
  for (const std::string_view part : parts)
    out += (out.empty() ? "" : " | ") + text_of(part);
  return out;
}

std::string choices_of(std::string_view choices, std::string otherwise) {
  const auto values = json_elements(choices);
  if (values.empty())
    return otherwise;
  return joined(values, [](std::string_view value) {
    return value.starts_with('"') ? '"' + json_text(value) + '"' : std::string{value};
  });
}

std::string named_type(const schema& s, const std::string& type, std::size_t indent) {
  if (type == "string")
    return choices_of(s.choices, "string");
  if (type == "number" || type == "integer")
    return choices_of(s.choices, "number");
  if (type == "boolean" || type == "null")
    return type;
  if (type == "object")
    return "{\n" + properties_of(s, indent + 2) + "\n}";
  if (type == "array")
    return s.items.empty() ? "any[]" : type_of(s.items, indent) + "[]";
  return choices_of(s.choices, "any");
}

std::string type_of(std::string_view json, std::size_t indent) {
  const schema s = read_schema(json);
  if (const auto alternatives = json_elements(s.any_of); !alternatives.empty())
    return joined(alternatives, [&](std::string_view a) { return type_of(a, indent); });
  if (const auto types = json_elements(s.type); !types.empty())
    return joined(types, [&](std::string_view t) { return named_type(s, json_text(t), indent); });
  return named_type(s, json_text(s.type), indent);
}

} // namespace

std::string typescript_of(std::span<const tool_definition> tools) {
  std::string out = "namespace functions {\n\n";
  for (const tool_definition& tool : tools) {
    if (!tool.description.empty())
      out += "// " + tool.description + "\n";
    const std::string properties = properties_of(read_schema(tool.parameters_json), 0);
    out += "type " + tool.name
           + (properties.empty() ? " = () => any;" : " = (_: {\n" + properties + "\n}) => any;")
           + "\n\n";
  }
  return out + "} // namespace functions";
}

} // namespace spillway::tokens
