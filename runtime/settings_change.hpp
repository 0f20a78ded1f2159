#pragma once

#include "config/schema.hpp"

#include <string>
#include <vector>

namespace spillway::runtime {

/// How one configuration differs from another, in the words of the configuration.
struct settings_change {
  bool routing = false; ///< models, their prices, routes, or how they are chosen and answers kept
  bool limits = false;  ///< of models that go on to be called in the same way
  bool budgets = false;
  bool keeping = false; ///< of answers
  std::vector<std::string> applied; ///< what these are made of
  /// What needs actors, sockets or files that there are not: keys of the configuration, sorted.
  std::vector<std::string> after_restart;
};

settings_change compare_settings(const config::settings& before, const config::settings& now);

/// What a running process may use of `now`: a model that is new has nobody to call it yet, and
/// one that would be called in another way is called as `before` says, within those limits.
config::settings usable_settings(const config::settings& before, config::settings now);

} // namespace spillway::runtime
