#include "runtime/system_wall_clock.hpp"

namespace spillway::runtime {
namespace {

constexpr duration reading_lasts = std::chrono::milliseconds{10};

} // namespace

wall_clock system_wall_clock() {
  return [reading = instant{mono_time::min(), {}}](mono_time now) mutable {
    if (reading.mono == mono_time::min() || now - reading.mono > reading_lasts
        || now < reading.mono)
      reading = {now, std::chrono::system_clock::now()};
    return reading.wall + (now - reading.mono);
  };
}

} // namespace spillway::runtime
