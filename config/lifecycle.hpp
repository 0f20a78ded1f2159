#pragma once

#include "config/schema.hpp"

#include <string>
#include <vector>

namespace spillway::config {

/// What is odd about the routes on the day `now`: models that their vendor serves no more, or will
/// not within two months. One line each, for the log at start.
std::vector<std::string> lifecycle_warnings(const settings& s, wall_time now);

} // namespace spillway::config
