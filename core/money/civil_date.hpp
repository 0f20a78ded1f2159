#pragma once

#include "core/units.hpp"

#include <optional>
#include <string>

namespace spillway::money {

/// The first instant in `zone` of the date that `text` names, as in "2026-11-24"; absent if it
/// names none from 1970 to 2200. Requires: `zone` is known.
std::optional<wall_time> day_named(const std::string& text, const std::string& zone);

} // namespace spillway::money
