#pragma once

#include "tests/support/watched_storage.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spillway::soak {

enum class strike {
  before, ///< the step is not taken
  half,   ///< of the bytes to write, the first half are written
  after,  ///< the step is taken, and nobody hears of it
};

/// The process kills itself with SIGKILL at the `count`th such step, from 1.
struct death_plan {
  tests::storage_step step = tests::storage_step::wal_write;
  strike how = strike::before;
  std::uint64_t count = 1;
};

/// "wal_write:12:half", as one process tells another.
std::string to_string(const death_plan& plan);
std::optional<death_plan> read_death_plan(std::string_view text);

/// From now on every database of this process is watched. Call it once, before the first.
void plan_death(const death_plan& plan);

} // namespace spillway::soak
