#include "core/alerts/spend_anomaly.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace spillway::alerts {
namespace {

/// A median absolute deviation of normal noise, as a share of its standard deviation.
constexpr double mad_share = 0.6745;
/// Spending that hardly varies must not make every cent an alarm.
constexpr double scale_min = 0.1;
/// In deviations: half of the smallest drift worth finding, and the sum that proves one. With
/// these the expected time between false alarms is months.
constexpr double drift_slack = 0.5;
constexpr double drift_proof = 5;
/// A surge that lasts a day is no surge any more but the usual.
constexpr int surge_hours_max = 24;
/// How fast a told level follows what comes after it: it may have been chance, and as weeks go by
/// it moves into the history.
constexpr double level_pull = 0.02;

template <class Iterator>
double median(Iterator first, Iterator last) {
  const auto half = first + (last - first) / 2;
  std::nth_element(first, half, last);
  if ((last - first) % 2 == 1)
    return *half;
  return (static_cast<double>(*half) + *std::max_element(first, half)) / 2;
}

double dollars(nano_usd amount) {
  return static_cast<double>(amount.value()) / nano_usd_per_usd;
}

} // namespace

double spend_anomaly::log_of(nano_usd spent) const {
  // Far below the floor differences do not matter, and zero has no logarithm.
  return std::log(dollars(spent) + std::max(dollars(options_.floor) / 10, 1e-6));
}

double spend_anomaly::usual() const {
  std::array<double, 4> same{};
  std::size_t found = 0;
  for (std::size_t back = week; back <= std::min(hours_, memory); back += week)
    same[found++] = logs_[(hours_ - back) % memory];
  return median(same.begin(), same.begin() + static_cast<std::ptrdiff_t>(found)) + level_;
}

double spend_anomaly::scale() const {
  std::vector<float> sizes{residuals_};
  const double middle = median(sizes.begin(), sizes.end());
  for (float& r : sizes)
    r = std::abs(r - static_cast<float>(middle));
  return std::max(median(sizes.begin(), sizes.end()) / mad_share, scale_min);
}

void spend_anomaly::remember(std::vector<float>& ring, std::size_t at, double value) {
  if (ring.size() < memory)
    ring.push_back(static_cast<float>(value));
  else
    ring[at % memory] = static_cast<float>(value);
}

bool spend_anomaly::drifts(double residual, double deviation, double excess) {
  drift_sum_ += residual / deviation - drift_slack;
  if (drift_sum_ <= 0) {
    drift_sum_ = drift_run_ = drift_usd_ = 0;
    drift_hours_ = 0;
    return false;
  }
  drift_run_ += residual;
  drift_usd_ += excess;
  ++drift_hours_;
  if (drift_sum_ < drift_proof || drift_usd_ < dollars(options_.floor) * drift_hours_)
    return false;
  level_ += drift_run_ / drift_hours_;
  drift_sum_ = drift_run_ = drift_usd_ = 0;
  drift_hours_ = 0;
  return true;
}

bool spend_anomaly::surges(double residual, double deviation, bool matters) {
  const bool changed = surge_.observe(matters ? residual / deviation : 0, options_.z_max);
  if (!surge_.holds()) {
    surge_run_ = 0;
    surge_hours_ = 0;
    return changed;
  }
  surge_run_ += residual;
  if (++surge_hours_ < surge_hours_max)
    return changed;
  level_ += surge_run_ / surge_hours_;
  surge_run_ = 0;
  surge_hours_ = 0;
  surge_.reset();
  return true;
}

spend_anomaly::verdict spend_anomaly::close_hour(nano_usd spent) {
  verdict v;
  const double now = log_of(spent);
  if (hours_ >= week) {
    const double expected = usual();
    const double residual = now - expected;
    const double usual_usd = std::max(0.0, std::exp(expected) - dollars(options_.floor) / 10);
    const double excess = dollars(spent) - usual_usd;
    if (is_ready()) {
      const double deviation = scale();
      const bool matters = excess >= dollars(options_.floor);
      v.surge_changed = surges(residual, deviation, matters);
      // A surge is told already, and would pass for the steepest of drifts.
      v.drift = !surge_.holds() && !v.surge_changed && drifts(residual, deviation, excess);
      v.times = std::exp(residual);
      v.usual = nano_usd{static_cast<std::int64_t>(std::min(usual_usd, 1e9) * nano_usd_per_usd)};
    }
    remember(residuals_, hours_ - week, residual);
    if (level_ > 0 && !surge_.holds())
      level_ = std::max(0.0, level_ + level_pull * residual);
  }
  remember(logs_, hours_, now);
  ++hours_;
  return v;
}

} // namespace spillway::alerts
