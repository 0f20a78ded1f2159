#pragma once

#include "config/schema.hpp"
#include "core/answers/kept_answers.hpp"
#include "core/routing/rules.hpp"

/// What actors are told of the settings, when they are spawned and whenever the settings change.
namespace spillway::runtime {

/// Of a router.
routing::rules routing_rules_of(const config::settings& s);

/// Of an answer keeper.
answers::keeping_policy keeping_policy_of(const config::cache_settings& c);

} // namespace spillway::runtime
