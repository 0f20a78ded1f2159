#include "config/parse.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <string>
#include <utility>

namespace spillway::config {

namespace {

/// Dots on one line, comments aside. A dotted key nests a table for each dot, and the library's own
/// clean-up recurses over them; without this bound one long line could exhaust the stack.
constexpr std::ptrdiff_t dots_per_line_max = 32;

using source_name = std::shared_ptr<const std::string>;

place place_of(const toml::source_region& where, const source_name& source) {
  return {source, where.begin.line, where.begin.column};
}

node convert(const toml::node& from, const source_name& source);

table convert_table(const toml::table& from, const source_name& source) {
  table out;
  out.members.reserve(from.size());
  for (const auto& [key, value] : from)
    out.members.push_back(
        {std::string{key.str()}, place_of(key.source(), source), convert(value, source)});
  std::sort(out.members.begin(), out.members.end(),
            [](const member& a, const member& b) { return a.key < b.key; });
  return out;
}

array convert_array(const toml::array& from, const source_name& source) {
  array out;
  out.items.reserve(from.size());
  for (const toml::node& item : from)
    out.items.push_back(convert(item, source));
  return out;
}

std::chrono::sys_days convert_date(const toml::date& d) {
  return std::chrono::year{d.year} / d.month / d.day;
}

node convert(const toml::node& from, const source_name& source) {
  node out;
  out.at = place_of(from.source(), source);
  switch (from.type()) {
    case toml::node_type::table: out.value = convert_table(*from.as_table(), source); break;
    case toml::node_type::array: out.value = convert_array(*from.as_array(), source); break;
    case toml::node_type::string: out.value = from.as_string()->get(); break;
    case toml::node_type::integer: out.value = from.as_integer()->get(); break;
    case toml::node_type::floating_point: out.value = from.as_floating_point()->get(); break;
    case toml::node_type::boolean: out.value = from.as_boolean()->get(); break;
    case toml::node_type::date: out.value = convert_date(from.as_date()->get()); break;
    case toml::node_type::time: out.value = unsupported{"a time of day"}; break;
    default: out.value = unsupported{"a date with a time"}; break;
  }
  return out;
}

result<void> check_depth(std::string_view text, std::string_view source) {
  std::size_t line_number = 1;
  for (std::size_t begin = 0; begin < text.size(); ++line_number) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    const std::string_view code = line.substr(0, line.find('#'));
    if (std::count(code.begin(), code.end(), '.') > dots_per_line_max)
      return error{std::string{source} + ":" + std::to_string(line_number)
                   + ":1: too many dots on one line; keys nest at most "
                   + std::to_string(dots_per_line_max) + " levels"};
    begin = end + 1;
  }
  return {};
}

} // namespace

result<node> parse_toml(std::string_view text, std::string_view source) {
  if (auto depth = check_depth(text, source); !depth)
    return depth.failure();
  const auto name = std::make_shared<const std::string>(source);
  try {
    const toml::table parsed = toml::parse(text, source);
    return node{convert_table(parsed, name), place{name, 0, 0}};
  } catch (const toml::parse_error& e) {
    const place at = place_of(e.source(), name);
    return error{to_string(at) + ": " + std::string{e.description()}};
  }
}

} // namespace spillway::config
