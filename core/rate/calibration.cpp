#include "core/rate/calibration.hpp"

#include <algorithm>
#include <cmath>

namespace spillway::rate {
namespace {

/// Estimates after which their errors say more than their own deviation does.
constexpr std::int64_t samples_needed = 64;
/// The newest error weighs at least one in so many.
constexpr std::int64_t sample_weight = 256;
constexpr std::int64_t one = 256; ///< deviation
/// An error beyond so many deviations is an accident: it may not move the rest.
constexpr std::int64_t error_max = 8 * one;
/// However good the estimates were: the next kind of call may be another.
constexpr std::int64_t spread_least = one / 4;

} // namespace

amount calibration::corrected(const amount& estimate) const noexcept {
  if (estimate.deviation == 0 || samples_ < samples_needed)
    return estimate;
  const auto spread = static_cast<std::int64_t>(std::sqrt(static_cast<double>(variance_)));
  amount out = estimate;
  out.expected = std::clamp<std::int64_t>(estimate.expected + estimate.deviation * bias_ / one, 0,
                                          std::max(estimate.most, estimate.expected));
  out.deviation = estimate.deviation * std::max(spread + 1, spread_least) / one + 1;
  return out;
}

void calibration::learn(const amount& estimate, std::int64_t actual) noexcept {
  if (estimate.deviation == 0)
    return;
  const std::int64_t off = std::clamp(actual - estimate.expected, -error_max * estimate.deviation,
                                      error_max * estimate.deviation);
  const std::int64_t error =
      std::clamp(off * one / estimate.deviation, -error_max, error_max);
  const std::int64_t weight = std::min(++samples_, sample_weight);
  const std::int64_t from_mean = error - bias_;
  bias_ += from_mean / weight;
  variance_ += (from_mean * from_mean - variance_) / weight;
}

} // namespace spillway::rate
