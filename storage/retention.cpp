#include "storage/retention.hpp"

#include "core/money/calendar.hpp"

#include <algorithm>

namespace spillway::storage {

wall_time needed_since(wall_time now, const std::string& zone) {
  wall_time since = now - window_memory;
  for (const money::period p : {money::period::day, money::period::week, money::period::month})
    since = std::min(since, money::period_at(p, now, zone).begin);
  return since;
}

} // namespace spillway::storage
