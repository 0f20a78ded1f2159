#pragma once

// Internal to transport: the one timer behind all time bounds of an exchange.

#include "core/units.hpp"
#include "transport/net.hpp"

#include <chrono>
#include <utility>

namespace spillway::transport {

/// Runs an action when a time bound ends, unless it is disarmed or armed anew before. Used on one
/// strand only.
class watchdog {
public:
  explicit watchdog(const net::strand& strand) : timer_{strand} {}

  /// `on_end` keeps the owner of this watchdog alive. Replaces the bound before.
  template <class Action>
  void arm(mono_time at, Action on_end) {
    timer_.expires_at(at);
    timer_.async_wait([this, on_end = std::move(on_end)](const net::error_code& cancelled) {
      // A wait that has ended can no longer be cancelled while its handler is queued: whether the
      // bound still holds is for the expiry to say.
      if (!cancelled && timer_.expiry() <= std::chrono::steady_clock::now())
        on_end();
    });
  }

  void disarm() { timer_.expires_at(mono_time::max()); }

private:
  net::timer timer_;
};

} // namespace spillway::transport
