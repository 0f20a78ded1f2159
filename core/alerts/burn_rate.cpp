#include "core/alerts/burn_rate.hpp"

#include <algorithm>

namespace spillway::alerts {
namespace {

constexpr duration short_window = std::chrono::hours{1};
constexpr duration long_window = std::chrono::hours{6};
/// Points closer together tell nothing more.
constexpr duration point_interval = std::chrono::minutes{5};

double dollars(nano_usd amount) {
  return static_cast<double>(amount.value()) / nano_usd_per_usd;
}

} // namespace

double burn_rate::forecast(const sample& s, wall_time from, wall_time now) const {
  // The last point at or before `from`, or the first there is.
  auto it = std::upper_bound(points_.begin(), points_.end(), from,
                             [](wall_time t, const point& p) { return t < p.at; });
  const point& start = it == points_.begin() ? *it : *std::prev(it);
  const double elapsed = to_seconds(now - start.at);
  if (elapsed <= 0)
    return 0;
  const double pace = dollars(s.spent - start.spent) / elapsed;
  const double left = to_seconds(s.period_ends - now);
  return (dollars(s.spent) + pace * left) / dollars(s.limit);
}

void burn_rate::remember(const sample& s, wall_time now) {
  // A new period, or money that came back: what was before says nothing about the pace.
  if (!points_.empty() && (points_.back().at < s.period_begins || points_.back().spent > s.spent))
    points_.clear();
  if (points_.empty() && now - s.period_begins < short_window)
    points_.push_back({s.period_begins, nano_usd{0}});
  if (points_.empty() || now - points_.back().at >= point_interval)
    points_.push_back({now, s.spent});
  while (points_.size() > 2 && points_[1].at <= now - long_window)
    points_.pop_front();
}

void burn_rate::foresee(const sample& s, wall_time now) {
  empty_at_.reset();
  const point& start = points_.front();
  const double elapsed = to_seconds(now - start.at);
  const double gone = dollars(s.spent - start.spent);
  if (elapsed <= 0 || gone <= 0)
    return;
  const double seconds = dollars(s.limit - s.spent) * elapsed / gone;
  if (seconds < to_seconds(s.period_ends - now))
    empty_at_ = now + std::chrono::seconds{static_cast<std::int64_t>(std::max(seconds, 0.0))};
}

bool burn_rate::observe(const sample& s, wall_time now) {
  if (s.limit <= nano_usd{0} || s.period_ends == wall_time::max() || now >= s.period_ends)
    return condition_.observe(0, 1);
  remember(s, now);
  const bool proves = now - points_.front().at >= short_window;
  const double sure =
      proves ? std::min(forecast(s, now - short_window, now), forecast(s, now - long_window, now))
             : 0;
  foresee(s, now);
  return condition_.observe(sure, 1);
}

} // namespace spillway::alerts
