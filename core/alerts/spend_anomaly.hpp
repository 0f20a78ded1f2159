#pragma once

#include "core/alerts/condition.hpp"
#include "core/units.hpp"

#include <cstddef>
#include <vector>

namespace spillway::alerts {

/// Finds unusual spending in hours, against what was usual at the same hour of the week: surges by
/// a robust z of the logarithm (median and MAD), slow drift by Page and Hinkley's cumulative sum.
/// Below two weeks of history it says nothing: half a week's shape is no shape.
///
/// Over generated series (a day's and a week's shape, log-normal noise of 0.35), false alarms are
/// 0.65 a month, and a spending of 10, 3 and 1.5 times the usual is found after a median of 1, 3
/// and 12 hours; tests/core/alerts/spend_anomaly_test.cpp says how. Owned by the rule engine; about
/// 6 KiB.
class spend_anomaly {
public:
  struct options {
    double z_max = 3.5;
    nano_usd floor{nano_usd_per_usd}; ///< less than this over the usual in an hour is no matter
  };

  spend_anomaly() : spend_anomaly{options{}} {}
  explicit spend_anomaly(options o) : options_{o} {}

  struct verdict {
    bool surge_changed = false; ///< began or ended
    bool drift = false;         ///< found with this hour; from now on, this level is the usual one
    double times = 1;           ///< what was spent, as a multiple of the usual
    nano_usd usual;
  };

  /// Takes the sum of one more hour. Hours come one after another, without gaps.
  verdict close_hour(nano_usd spent);

  bool has_surge() const noexcept { return surge_.holds(); }
  /// Whether there is enough history to judge by.
  bool is_ready() const noexcept { return hours_ >= ready_after; }
  std::size_t hours() const noexcept { return hours_; }

  static constexpr std::size_t week = 24 * 7;
  static constexpr std::size_t ready_after = 2 * week;

private:
  static constexpr std::size_t memory = 4 * week;

  double log_of(nano_usd spent) const;
  /// The usual logarithm at this hour of the week. Requires: a week of history.
  double usual() const;
  double scale() const;
  bool surges(double residual, double deviation, bool matters);
  bool drifts(double residual, double deviation, double excess);
  void remember(std::vector<float>& ring, std::size_t at, double value);

  options options_;
  std::vector<float> logs_;      ///< of the last four weeks, by hour modulo `memory`
  std::vector<float> residuals_; ///< likewise: how far each hour was from the usual then
  std::size_t hours_ = 0;
  condition surge_{condition::options{1, 0.8, 2}};
  double surge_run_ = 0; ///< residuals of the surge
  int surge_hours_ = 0;
  double level_ = 0;     ///< a drift that was told: part of the usual until history has it
  double drift_sum_ = 0; ///< Page and Hinkley's, in deviations
  double drift_run_ = 0; ///< residuals of the run that the sum is about
  double drift_usd_ = 0; ///< dollars over the usual in that run
  int drift_hours_ = 0;
};

} // namespace spillway::alerts
