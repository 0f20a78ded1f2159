#pragma once

#include "config/schema.hpp"
#include "core/result.hpp"

#include <map>
#include <string>

namespace spillway::config {

/// Models that cannot be used, and why: "is disabled".
using withdrawal_reasons = std::map<model_id, std::string>;

/// Takes the models of `reasons` out of the catalog and out of every route. A route left with none
/// goes too; but a default route that nobody wrote leads to `first_models` then. Routes that
/// changed are told in the warnings, unless nobody wrote them (`routing_settings::built_in`).
/// Errors: the default route has no model left.
result<void> withdraw(settings& s, const withdrawal_reasons& reasons);

} // namespace spillway::config
