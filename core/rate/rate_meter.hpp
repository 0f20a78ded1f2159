#pragma once

#include "core/units.hpp"

#include <array>
#include <cstdint>

namespace spillway::rate {

/// How fast one quantity has been used lately: amounts in bins of equal length, the oldest
/// forgotten. Not thread-safe. Every `now` must not be before an earlier one.
class rate_meter {
public:
  static constexpr std::size_t bins = 12;

  /// Requires: bin > 0.
  explicit rate_meter(duration bin) noexcept : bin_{bin} {}

  void add(std::int64_t amount, mono_time now);

  /// Amount used over the last `bins` bins, the current one included, and the time they cover:
  /// since the first amount at most.
  struct reading {
    std::int64_t amount = 0;
    duration over{};
  };
  reading read(mono_time now) const;

private:
  std::int64_t index_of(mono_time t) const noexcept { return t.time_since_epoch() / bin_; }

  duration bin_;
  std::array<std::int64_t, bins> amounts_{};
  std::array<std::int64_t, bins> index_{}; ///< which bin of time each slot holds
  mono_time first_ = mono_time::max();
};

} // namespace spillway::rate
