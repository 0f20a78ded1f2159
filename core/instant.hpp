#pragma once

#include "core/units.hpp"

namespace spillway {

/// One moment on both clocks. Windows of a minute use `mono`, civil days and months use `wall`.
struct instant {
  mono_time mono{};
  wall_time wall{};
};

/// The same moment `d` later.
constexpr instant operator+(instant t, duration d) noexcept {
  return {t.mono + d, t.wall + d};
}

} // namespace spillway
