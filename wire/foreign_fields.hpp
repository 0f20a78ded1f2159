#pragma once

#include "core/chat.hpp"
#include "wire/json_document.hpp"

/// Internal to the sources of `wire/`. Do not include it from a header.
namespace spillway::wire {

/// A caller's fields as the object they were: empty if there are none, or if `json` is no object.
nlohmann::json members_of(const foreign_fields& fields);

} // namespace spillway::wire
