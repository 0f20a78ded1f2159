#pragma once

#include "tests/soak/fatal_storage.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace spillway::soak {

struct mortal_fleet_options {
  std::string journal;
  std::uint16_t provider_port = 0;
  std::uint16_t traces_port = 0;
  std::size_t points = 1;
  std::uint64_t life = 0; ///< counts the starts of the campaign
  std::uint64_t seed = 1;
  std::optional<death_plan> death;
  /// When it ends in order, if nothing else ends it; absent: after a minute.
  std::optional<int> stop_after_ms;
  bool report = false; ///< ask for nothing, deliver what is left, print the accounts, end
};

/// The process that is killed: a runtime with its journal and callers that keep asking. Returns the
/// exit code of the process.
int run_mortal_fleet(const mortal_fleet_options& options);

} // namespace spillway::soak
