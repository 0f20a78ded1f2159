#include "wire/gemini/field.hpp"

#include <algorithm>

namespace spillway::wire::gemini {
namespace {

std::string snake_case(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    if (is_upper)
      out += '_';
    out += is_upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

} // namespace

std::string camel_case(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool joins = name[i] == '_' && i > 0 && i + 1 < name.size();
    if (joins && name[i + 1] >= 'a' && name[i + 1] <= 'z')
      out += static_cast<char>(name[++i] - 'a' + 'A');
    else
      out += name[i];
  }
  return out;
}

json_node field(const json_node& object, std::string_view name) {
  const json_node camel = object[name];
  if (camel.present() || !object.is_object())
    return camel;
  const json_node snake = object[snake_case(name)];
  return snake.present() ? snake : camel;
}

void refuse_unknown(const json_node& object, std::initializer_list<std::string_view> known) {
  for (const std::string& name : object.names())
    if (std::ranges::find(known, camel_case(name)) == known.end())
      object[name].reject("is an unknown name");
}

std::vector<json_node> items(const json_node& list) {
  if (list.is_object())
    return {list};
  std::vector<json_node> all;
  for (std::size_t i = 0; i < list.size(); ++i)
    all.push_back(list[i]);
  return all;
}

} // namespace spillway::wire::gemini
