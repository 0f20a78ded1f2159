#pragma once

#include "core/units.hpp"

#include <functional>

namespace spillway {

/// One moment on both clocks. Windows of a minute use `mono`, civil days and months use `wall`.
struct instant {
  mono_time mono{};
  wall_time wall{};
};

/// Tells civil time for a monotonic moment that is now. Given by the runtime; virtual in tests.
using wall_clock = std::function<wall_time(mono_time)>;

/// The same moment `d` later.
constexpr instant operator+(instant t, duration d) noexcept {
  return {t.mono + d, t.wall + d};
}

} // namespace spillway
