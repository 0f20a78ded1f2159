#pragma once

#include "config/secrets.hpp"

#include <string>
#include <vector>

namespace spillway::config {

/// A configuration to begin with: commented, valid, and about what the environment has keys for.
struct starter {
  std::string text;                ///< TOML
  std::vector<std::string> found;  ///< variables whose keys it counts on
  std::vector<std::string> absent; ///< those that would add a provider or a target
};

/// Never holds a key. `variables` says which keys there are.
starter make_starter(const environment& variables);

} // namespace spillway::config
