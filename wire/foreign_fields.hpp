#pragma once

#include "core/chat.hpp"
#include "wire/foreign_rule.hpp"
#include "wire/json_reader.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Internal to the sources of `wire/`: see `foreign_fields`. Do not include it from a header.
namespace spillway::wire {

/// What of an object was not read: none before `json_fault::unread` was asked.
foreign_fields unread_fields(const json_node& node, std::string_view dialect);

/// True if one of these, as `json_fault::unread` names them, lies within a field that was read: its
/// document is to be read once more, for what `unread_fields` then gives.
bool lie_within(const std::vector<std::string>& unread);

/// Whom a body is for: fields of another dialect are not.
struct foreign_target {
  std::string_view dialect;
  foreign_rule rule{};
};

/// Adds to `out` what the target takes: each under its name, or where that leads, if nothing is
/// there yet. `at` is where `out` stands in a body: "messages.content".
void add_foreign(const foreign_fields& fields, std::string_view at, const foreign_target& target,
                 nlohmann::json& out);

/// A caller's fields as the object they were: empty if there are none, or if `json` is no object.
nlohmann::json members_of(const foreign_fields& fields);

/// Adds one, as above.
void add_foreign_member(const std::string& name, nlohmann::json value, nlohmann::json& out);

/// Where a field stands in a body.
std::string foreign_path(std::string_view at, std::string_view name);

} // namespace spillway::wire
