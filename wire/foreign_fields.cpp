#include "wire/foreign_fields.hpp"

#include <algorithm>
#include <utility>

namespace spillway::wire {

using nlohmann::json;

bool foreign_rule::takes(std::string_view path) const {
  const bool is_member = path.find('.') != std::string_view::npos;
  return (is_member ? new_members : new_fields) || std::ranges::find(known, path) != known.end();
}

foreign_fields unread_fields(const json_node& node, std::string_view dialect) {
  const json members = node.take_unread();
  if (members.empty())
    return {};
  return {std::string{dialect}, dump_json(members)};
}

bool lie_within(const std::vector<std::string>& unread) {
  return std::ranges::any_of(unread, [](const std::string& name) {
    return name.find('.') != std::string::npos;
  });
}

json members_of(const foreign_fields& fields) {
  if (fields.json.empty())
    return json::object();
  auto parsed = parse_json(fields.json);
  return parsed && parsed->is_object() ? std::move(parsed).value() : json::object();
}

std::string foreign_path(std::string_view at, std::string_view name) {
  return at.empty() ? std::string{name} : std::string{at}.append(".").append(name);
}

void add_foreign_member(const std::string& name, json value, json& out) {
  json* parent = &out;
  std::string_view rest = name;
  for (std::size_t dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
    const auto next = parent->find(std::string{rest.substr(0, dot)});
    if (next == parent->end() || !next->is_object())
      return;
    parent = &*next;
    rest.remove_prefix(dot + 1);
  }
  parent->emplace(std::string{rest}, std::move(value));
}

void add_foreign(const foreign_fields& fields, std::string_view at, const foreign_target& target,
                 json& out) {
  if (fields.json.empty() || fields.dialect != target.dialect)
    return;
  json members = members_of(fields);
  for (auto& [name, value] : members.items())
    if (target.rule.takes(foreign_path(at, name)))
      add_foreign_member(name, std::move(value), out);
}

} // namespace spillway::wire
