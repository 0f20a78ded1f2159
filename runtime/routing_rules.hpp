#pragma once

#include "config/schema.hpp"
#include "core/routing/rules.hpp"

namespace spillway::runtime {

/// The rules that a router of these settings routes by.
routing::rules routing_rules_of(const config::settings& s);

} // namespace spillway::runtime
