#pragma once

#include "config/schema.hpp"
#include "core/result.hpp"

#include <map>
#include <string>

namespace spillway::config {

/// Models that cannot be used, and why: "is disabled".
using withdrawal_reasons = std::map<model_id, std::string>;

/// Takes the models of `reasons` out of the catalog and out of every route. A route left with none
/// goes too. Routes that changed are told in the warnings.
/// Errors: the default route has no model left.
result<void> withdraw(settings& s, const withdrawal_reasons& reasons);

} // namespace spillway::config
