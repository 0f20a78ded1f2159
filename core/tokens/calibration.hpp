#pragma once

#include "core/tokens/text_features.hpp"

#include <array>
#include <cstdint>

namespace spillway::tokens {

/// Corrects one model's prompt estimates by what its provider reports: an estimate is a sum of
/// features times weights, and each report moves the weights towards what would have been right
/// (recursive least squares on the relative error, forgetting slowly). No weight moves far from
/// where it started, and no estimate by more than a factor, so that odd reports do little harm.
class calibration {
public:
  static constexpr std::size_t size = text_features::size;
  using vector = std::array<double, size>;

  /// `weights`: to begin with. `trust`: how far each may move, as a standard deviation; 0 for one
  /// that stays. `deviation`: the mean relative error to expect of them.
  calibration(const vector& weights, const vector& trust, double deviation);

  double estimate(const vector& features) const noexcept;

  /// The provider counted `actual` tokens for a prompt of these features. Ignores what cannot be: a
  /// count that is not positive, or off by more than `surprise_max` times.
  void learn(const vector& features, std::int64_t actual) noexcept;

  /// Mean of |actual - estimate| / actual, of late.
  double deviation() const noexcept { return deviation_; }
  /// What limits are checked against: an estimate times this covers 19 prompts of 20.
  double margin() const noexcept { return 1 + 2.5 * deviation_; }
  /// Mean of actual / first estimate, of late: how far reality is from the start.
  double drift() const noexcept { return drift_; }
  std::uint64_t samples() const noexcept { return samples_; }

  static constexpr double surprise_max = 8;

private:
  /// Narrows the spread by a report, and forgets what reports like it said before. Only those: a
  /// spread that grew with each report, whatever it was about, would grow without end where none
  /// is about (Kulhavy's restricted exponential forgetting, Automatica 23, 1987).
  /// `seen`: the spread of the report's estimate, in units of `noise`.
  void forget_and_narrow(const vector& spread_x, double seen, double noise) noexcept;

  vector start_;
  vector weights_;
  vector trust_;
  std::array<vector, size> spread_{}; ///< covariance of the weights
  double deviation_;
  double drift_ = 1;
  std::uint64_t samples_ = 0;
};

} // namespace spillway::tokens
