#pragma once

#include "core/rate/limits.hpp"

#include <cstdint>

namespace spillway::rate {

/// Corrects estimates by what they turned out to be: by how many of their own deviations they lie
/// off on average, and how far around that. Exact amounts stay as they are. Integers only.
class calibration {
public:
  /// `estimate` with what has been learnt; as it is until enough of them were settled.
  amount corrected(const amount& estimate) const noexcept;

  /// `estimate` (not corrected) turned out to be `actual`.
  void learn(const amount& estimate, std::int64_t actual) noexcept;

private:
  std::int64_t samples_ = 0;
  std::int64_t bias_ = 0;     ///< in 1/256 of a deviation
  std::int64_t variance_ = 0; ///< around the bias, in 1/65536 of a squared deviation
};

} // namespace spillway::rate
