#pragma once

#include "config/document.hpp"
#include "config/schema.hpp"
#include "core/result.hpp"
#include "core/routing/selection.hpp"

#include <vector>

namespace spillway::config {

/// Makes the settings of a checked document: the models that are enabled, whose provider is, and
/// that the provider's tier offers.
/// Requires: neither `check_keys`, nor `validate`, nor `expand_routes` (whose outcome is `routes`)
/// found a problem.
/// Errors: the default route has no usable model.
result<settings> build_settings(const node& root, std::vector<routing::route> routes);

} // namespace spillway::config
