#include "core/rate/window.hpp"

#include "core/bounds.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace spillway::rate {
namespace {

using namespace std::chrono_literals;

constexpr duration minute = 1min;
/// Deviations by which the calls in flight are held above what is expected of them: in 600,000
/// simulated calls three still let two in a million through, four none.
constexpr std::int64_t deviations_held = 4;
/// An estimate worse than this is no estimate: the hard maximum is held instead.
constexpr std::int64_t deviation_max = 1'000'000;

/// Amounts after which their mean says more than a hard bound.
constexpr std::int64_t samples_needed = 30;
/// The newest amount weighs at least one in so many.
constexpr std::int64_t sample_weight = 64;

std::int64_t root(std::int64_t square) noexcept {
  return static_cast<std::int64_t>(std::ceil(std::sqrt(static_cast<double>(square))));
}

std::int64_t variance_of(const amount& a) noexcept {
  const std::int64_t deviation = std::min(a.deviation, deviation_max);
  return deviation * deviation;
}

std::int64_t slack_of(const amount& a) noexcept {
  return std::max<std::int64_t>(a.most - a.expected, 0);
}

duration meter_bin(dimension which) {
  const bool daily = which == dimension::requests_per_day || which == dimension::tokens_per_day;
  return daily ? duration{150s} : duration{5s};
}

} // namespace

window::window(dimension which, std::int64_t limit)
    : which_{which}, learner_{limit}, meter_{meter_bin(which)} {
}

bool window::measured() const noexcept {
  return which_ != dimension::requests_per_minute && which_ != dimension::requests_per_day;
}

bool window::is_daily() const noexcept {
  return which_ == dimension::requests_per_day || which_ == dimension::tokens_per_day;
}

/// By how much the calls in flight, and `also`, may exceed what is expected of them together.
std::int64_t window::fear(const amount& also) const noexcept {
  const std::int64_t slack = slack_ + slack_of(also);
  return slack == 0 ? 0 : std::min(slack, deviations_held * root(variance_ + variance_of(also)));
}

std::int64_t window::used(mono_time now) const noexcept {
  return log_.used() + fear({}) + learner_.foreign(now);
}

std::optional<mono_time> window::blocked_until(const amount& a, mono_time now) const {
  // What fits the window as published goes at least when nothing else is in it.
  const std::int64_t alone =
      std::min(std::max(a.most, a.expected), a.expected + deviations_held * a.deviation);
  const std::int64_t allowed = std::max(learner_.limit(now), alone);
  const std::int64_t foreign = learner_.foreign(now);
  const std::int64_t excess = log_.used() + fear(a) + a.expected + foreign - allowed;
  if (excess <= 0 && log_.size() < bounds::interval_log_entries_max) {
    if (!learner_.paced(now) || is_daily())
      return std::nullopt;
    const mono_time paced = pacer_.ready_at(a.expected, std::max<std::int64_t>(allowed, 1), now);
    return paced > now ? std::optional{paced} : std::nullopt;
  }
  // What is held now would be counted from now at the earliest.
  const auto given_back = [&](std::int64_t needed) {
    return log_.gives_back(std::max<std::int64_t>(needed, 1))
        .value_or(now + bounds::arrival_allowance + minute);
  };
  if (foreign == 0)
    return given_back(excess);
  const mono_time until = learner_.foreign_until();
  const mono_time both = excess > foreign ? std::max(until, given_back(excess - foreign)) : until;
  return std::min(given_back(excess), both);
}

amount window::predict(const amount& bound) const noexcept {
  if (samples_ < samples_needed || bound.most <= mean_)
    return bound;
  return {mean_, root(spread_), bound.most};
}

void window::learn(std::int64_t actual) noexcept {
  const std::int64_t weight = std::min(++samples_, sample_weight);
  const std::int64_t off = std::clamp(actual - mean_, -deviation_max, deviation_max);
  mean_ += off / weight;
  spread_ += (off * off - spread_) / weight;
}

void window::hold(const amount& a, mono_time now) {
  log_.hold(a.expected);
  variance_ += variance_of(a);
  slack_ += slack_of(a);
  meter_.add(a.expected, now);
  pacer_.take(a.expected, std::max<std::int64_t>(learner_.limit(now), 1), now);
}

void window::unhold(const amount& a) {
  log_.unhold(a.expected);
}

void window::count(const amount& a, lease_id lease, mono_time expiry) {
  log_.unhold(a.expected);
  log_.add({expiry, a.expected, lease});
}

void window::recount(const amount& a, lease_id lease, mono_time expiry) {
  log_.add({expiry, a.expected, lease});
}

void window::move(const amount& a, lease_id lease, mono_time from, mono_time to) {
  if (log_.remove(lease, from))
    log_.add({to, a.expected, lease});
}

void window::correct(std::int64_t actual, lease_id lease, mono_time expiry) {
  log_.change(lease, expiry, actual);
}

void window::forget(lease_id lease, mono_time expiry) {
  log_.remove(lease, expiry);
}

void window::end(const amount& a) {
  variance_ -= variance_of(a);
  slack_ -= slack_of(a);
}

std::optional<mono_time> window::next_release(mono_time now) const {
  std::optional<mono_time> next;
  const auto consider = [&](mono_time t) { next = next ? std::min(*next, t) : t; };
  if (!log_.entries().empty())
    consider(log_.entries().front().expiry);
  if (learner_.foreign(now) > 0)
    consider(learner_.foreign_until());
  return next;
}

replay::window window::foresee(mono_time now, duration keeps) const {
  replay::window r;
  r.which = which_;
  r.limit = learner_.limit(now);
  r.used = used(now);
  r.keeps = keeps;
  for (const interval_log::entry& e : log_.entries())
    r.releases.push_back({e.expiry, e.amount});
  const auto give_back = [&r](mono_time at, std::int64_t amount) {
    if (amount > 0)
      r.releases.insert(std::ranges::upper_bound(r.releases, at, {}, &replay::window::release::at),
                        {at, amount});
  };
  give_back(learner_.foreign_until(), learner_.foreign(now));
  const mono_time last = r.releases.empty() ? mono_time::min() : r.releases.back().at;
  give_back(std::max(now + keeps, last), log_.held() + fear({}));
  if (learner_.paced(now) && !is_daily())
    r.pace = pacer_;
  return r;
}

std::optional<duration> window::exhausted_in(mono_time now, duration horizon) const {
  const rate_meter::reading lately = meter_.read(now);
  if (lately.amount == 0)
    return std::nullopt;
  const auto time_to_use = [&](std::int64_t room) {
    const __int128 nanos = static_cast<__int128>(std::max<std::int64_t>(room, 0))
                           * lately.over.count() / lately.amount;
    return duration{static_cast<std::int64_t>(std::min<__int128>(nanos, horizon.count() + 1))};
  };
  std::int64_t room = learner_.limit(now) - used(now);
  for (const interval_log::entry& e : log_.entries()) {
    const duration full = time_to_use(room);
    if (now + full < e.expiry)
      return full <= horizon ? std::optional{full} : std::nullopt;
    room += e.amount;
  }
  const duration full = time_to_use(room);
  return full <= horizon ? std::optional{full} : std::nullopt;
}

} // namespace spillway::rate
