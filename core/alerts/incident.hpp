#pragma once

#include "core/alerts/finding.hpp"
#include "core/units.hpp"

#include <cstdint>
#include <optional>

namespace spillway::alerts {

/// Something found, from its beginning until it is over and need not be remembered any more.
struct incident {
  finding what;
  wall_time since{};
  wall_time last{};                 ///< found for the last time
  std::optional<wall_time> ended;   ///< not to be told before it has been calm
  std::optional<wall_time> told_at; ///< by a notice or a digest
  bool told_alone = false;          ///< by a notice of its own, which an end must close
  bool goes_on = false;             ///< until it ends; else it is forgotten in time
  bool closed = false;              ///< over; remembered only because it may be told just once
  std::int64_t untold = 0;          ///< times found since it was told
};

} // namespace spillway::alerts
