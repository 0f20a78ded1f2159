#pragma once

#include "core/alerts/condition.hpp"
#include "core/units.hpp"

#include <deque>
#include <optional>

namespace spillway::alerts {

/// Foresees that one account will be empty before its period ends. Two windows must say so, the
/// last hour and the last six: the long one keeps a short burst from alarming, the short one ends
/// the alarm soon after spending has slowed down. Windows begin no earlier than the period and the
/// first sample. Owned by the rule engine; about 2 KiB.
class burn_rate {
public:
  /// One account at one moment.
  struct sample {
    nano_usd spent;
    nano_usd limit;
    wall_time period_begins{};
    wall_time period_ends{}; ///< a period that never ends has no forecast
  };

  /// True if the forecast began or ended to say that the money will not do.
  bool observe(const sample& s, wall_time now);

  bool holds() const noexcept { return condition_.holds(); }
  /// When the account will be empty at the pace of the last six hours; absent unless that is
  /// before its period ends.
  std::optional<wall_time> empty_at() const noexcept { return empty_at_; }

private:
  struct point {
    wall_time at{};
    nano_usd spent;
  };

  /// What will have been spent at the end, as a share of the limit, at the pace since `from`.
  double forecast(const sample& s, wall_time from, wall_time now) const;
  void remember(const sample& s, wall_time now);
  void foresee(const sample& s, wall_time now);

  std::deque<point> points_; ///< oldest first
  condition condition_{condition::options{2, 0.8, 2}};
  std::optional<wall_time> empty_at_;
};

} // namespace spillway::alerts
