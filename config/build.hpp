#pragma once

#include "config/document.hpp"
#include "config/schema.hpp"
#include "core/result.hpp"
#include "core/routing/selection.hpp"

#include <string>
#include <vector>

namespace spillway::config {

/// The routes of a document.
struct route_table {
  std::vector<routing::route> all;   ///< as `expand_routes` makes them
  std::vector<std::string> built_in; ///< names of those that are the program's own
};

/// Makes the settings of a checked document: the models that are enabled, whose provider is, and
/// that the provider's tier offers.
/// Requires: neither `check_keys`, nor `validate`, nor `expand_routes` found a problem.
/// Errors: the default route has no usable model.
result<settings> build_settings(const node& root, route_table routes);

} // namespace spillway::config
