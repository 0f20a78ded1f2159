#pragma once

#include "config/schema.hpp"
#include "config/secrets.hpp"

#include <cstdint>
#include <string>

namespace spillway::soak {

/// What the fleet is made of, the same for every process of a campaign: models whose limits are
/// always in the way beside one that takes what is left, and budgets that run out. Of `points`
/// kills the total budget pays for about nine tenths.
config::settings soak_settings(std::size_t points);

/// The keys of the simulated provider and Langfuse, and no others.
config::environment soak_environment();

/// Lives of the fleet that share one team, and so its budget.
inline constexpr std::uint64_t lives_per_team = 6;

} // namespace spillway::soak
