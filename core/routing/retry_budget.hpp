#pragma once

#include "core/units.hpp"

#include <cstdint>

namespace spillway::routing {

/// Keeps retries a small share of all calls: when everything fails, trying everything three times
/// only triples what failed. A token bucket: each call pays in `bounds::retry_share_percent` of a
/// retry, and a few come by themselves, so that little traffic may retry too.
///
/// One for each model behind a key, owned by its limiter: a target that fails cannot use up what
/// the others may need. Not thread-safe.
class retry_budget {
public:
  /// A call that is no retry.
  void on_call(mono_time now);

  /// Takes one retry out. False if there is none: nothing changes.
  bool take(mono_time now);

private:
  void refill(mono_time now);

  std::int64_t hundredths_ = -1; ///< of a retry; negative: not begun
  mono_time filled_at_{};
};

} // namespace spillway::routing
