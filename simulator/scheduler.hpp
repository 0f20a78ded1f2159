#pragma once

#include "core/units.hpp"

#include <functional>

namespace spillway::simulator {

/// Runs a function after a delay: never from inside the call, and one function at a time (with
/// Asio: timers on one strand). May be called from any thread.
using scheduler = std::function<void(duration delay, std::function<void()> run)>;

} // namespace spillway::simulator
