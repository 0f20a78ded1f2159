#pragma once

#include <cstdint>
#include <string>

namespace spillway::soak {

struct lasting_world_options {
  std::string record; ///< file to write what happens to
  std::uint64_t seed = 1;
  std::size_t points = 1;
};

/// The process that survives: a provider that enforces its limits and a Langfuse that now and then
/// loses its own acknowledgements. Prints their two ports on one line, and runs until SIGTERM.
/// Returns the exit code of the process.
int run_lasting_world(const lasting_world_options& options);

} // namespace spillway::soak
