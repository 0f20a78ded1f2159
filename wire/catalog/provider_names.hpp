#pragma once

#include "core/units.hpp"

#include <optional>
#include <string>
#include <string_view>

/// What the public lists of models have in common. Internal to `wire/catalog`.
namespace spillway::wire::catalog {

/// Our configuration's name for a provider that a list calls `theirs`. Absent if we know none.
std::optional<std::string> our_name(std::string_view theirs);

/// "2026-10-23", at midnight UTC. Absent if it is no day.
std::optional<wall_time> read_day(std::string_view text);

} // namespace spillway::wire::catalog
