#pragma once

#include "config/schema.hpp"
#include "messages/reload.hpp"

#include <vector>

namespace spillway::runtime {

/// What callers may name: of `wired`, the models that have actors to call them, those that their
/// vendors still serve at `now`, then the routes.
std::vector<callable_name> callable_names(const config::settings& s,
                                          const std::vector<model_id>& wired, wall_time now);

} // namespace spillway::runtime
