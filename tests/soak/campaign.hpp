#pragma once

#include "tests/soak/verdict.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace spillway::soak {

struct campaign_options {
  std::size_t points = 500;
  std::uint64_t seed = 1;
  std::string folder; ///< for the journal and the record; exists
};

struct campaign_outcome {
  verdict judged;
  std::size_t points = 0;  ///< times the fleet was killed
  std::size_t by_step = 0; ///< of them at a chosen step of its storage
  std::size_t starts = 0;
  std::size_t calls = 0;    ///< that the provider had
  std::size_t answered = 0; ///< of them with a completion
  std::size_t unknown = 0;  ///< calls whose outcome the ledger does not know
  std::size_t spans = 0;    ///< that Langfuse got, resends included
};

/// Starts the world that lasts and a fleet, kills the fleet with SIGKILL again and again at times
/// and storage steps drawn from the seed, starts it again each time, and compares what both sides
/// remember. Must be called before this process has threads.
/// Errors: throws if a process ends in a way that is no part of the plan.
campaign_outcome run_campaign(const campaign_options& options);

} // namespace spillway::soak
