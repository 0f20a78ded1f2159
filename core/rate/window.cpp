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

/// Of the limit, for a reply without a bound to speak of: a few are written at once, and each is
/// counted before the next begins.
constexpr std::int64_t unbounded_share = 4;

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

bool counts_days(dimension which) {
  return which == dimension::requests_per_day || which == dimension::tokens_per_day;
}

duration meter_bin(dimension which) {
  return counts_days(which) ? duration{150s} : duration{5s};
}

/// What others used has left every minute's window after a minute; of a day's it is asked again.
duration foreign_memory(dimension which) {
  return counts_days(which) ? duration{1h} : duration{60s};
}

} // namespace

window::window(dimension which, std::int64_t limit)
    : which_{which}, learner_{limit, foreign_memory(which)}, meter_{meter_bin(which)} {
}

bool window::measured() const noexcept {
  return which_ != dimension::requests_per_minute && which_ != dimension::requests_per_day;
}

bool window::is_daily() const noexcept {
  return counts_days(which_);
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
  if (closed_until_ > now)
    return closed_until_;
  if (excess <= 0) {
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

/// How long a reply will be is better guessed from the replies so far than from its bound. A bound
/// above the limit says nothing, as the provider counts what is written and cuts no reply: until
/// there are replies to guess from, a share of the limit is held.
amount window::predict(const amount& asked) const noexcept {
  if (!counted_at_end())
    return estimates_.corrected(asked);
  const std::int64_t limit = learner_.largest();
  if (samples_ < samples_needed && asked.expected > limit && limit > 0) {
    const std::int64_t share = std::max<std::int64_t>(limit / unbounded_share, 1);
    return {share, 0, share};
  }
  if (samples_ < samples_needed || asked.most <= mean_)
    return asked;
  return {mean_, root(spread_), asked.most};
}

void window::learn(const amount& asked, std::int64_t actual) noexcept {
  if (!counted_at_end())
    return estimates_.learn(asked, actual);
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

std::int64_t window::counted_between(mono_time from, mono_time to, lease_id self) const {
  if (is_daily())
    return 0;
  return log_.sum_between(from + minute, to + bounds::arrival_allowance + minute, self);
}

replay::window window::foresee(mono_time now, duration keeps,
                               const std::vector<held_charge>& held, outlook how) const {
  using release = replay::window::release;
  replay::window r;
  r.which = which_;
  r.limit = learner_.limit(now);
  const std::int64_t uncertain = how == outlook::worst ? slack_ : fear({});
  r.used = log_.used() + uncertain + learner_.foreign(now);
  r.keeps = keeps;
  std::vector<release> later;
  for (const held_charge& h : held) {
    // Overdue: it comes back when the call ends, any moment now.
    const mono_time soonest = counted_at_end() ? now + keeps : now;
    const mono_time at = std::max(h.counted_from + minute, soonest);
    later.push_back({at, h.taken->of(which_).expected});
  }
  if (const std::int64_t foreign = learner_.foreign(now); foreign > 0)
    later.push_back({learner_.foreign_until(), foreign});
  later.push_back({now + keeps, uncertain});
  if (closed_until_ > now && r.used < r.limit) {
    later.push_back({closed_until_, r.limit - r.used});
    r.used = r.limit;
  }
  std::ranges::sort(later, {}, &release::at);
  r.releases.reserve(log_.size() + later.size());
  auto next = later.begin();
  for (const interval_log::entry& e : log_.entries()) {
    for (; next != later.end() && next->at < e.expiry; ++next)
      r.releases.push_back(*next);
    r.releases.push_back({e.expiry, e.amount});
  }
  r.releases.insert(r.releases.end(), next, later.end());
  if (learner_.paced(now) && !is_daily())
    r.pace = pacer_;
  return r;
}

/// How long `room` lasts at the rate of late; one nanosecond more than `horizon` for longer.
duration window::time_to_use(std::int64_t room, const rate_meter::reading& lately,
                             duration horizon) {
  const __int128 nanos =
      static_cast<__int128>(std::max<std::int64_t>(room, 0)) * lately.over.count() / lately.amount;
  return duration{static_cast<std::int64_t>(std::min<__int128>(nanos, horizon.count() + 1))};
}

std::optional<duration> window::exhausted_in(mono_time now, duration horizon) const {
  const auto closed = closes({}, now, horizon);
  return closed ? std::optional{closed->in} : std::nullopt;
}

std::optional<closing> window::closes(const amount& a, mono_time now, duration horizon) const {
  const rate_meter::reading lately = meter_.read(now);
  if (lately.amount == 0)
    return std::nullopt;
  std::int64_t room = learner_.limit(now) - used(now) - a.expected;
  duration full = time_to_use(room, lately, horizon);
  auto next = log_.entries().begin();
  for (; next != log_.entries().end() && next->expiry <= now + full; ++next) {
    room += next->amount;
    full = time_to_use(room, lately, horizon);
  }
  if (full > horizon)
    return std::nullopt;
  // From then on only what is given back lets the next one in.
  std::int64_t needed = std::max<std::int64_t>(a.expected, 1);
  for (; next != log_.entries().end(); ++next)
    if ((needed -= next->amount) <= 0)
      return closing{which_, full, next->expiry - (now + full)};
  return closing{which_, full, minute};
}

std::optional<learnt_limit> window::lesson(instant now) const {
  auto lesson = learner_.lesson(which_, now);
  if (closed_until_ <= now.mono)
    return lesson;
  if (!lesson)
    lesson = learnt_limit{which_, learner_.configured(), {}, 0, false, now.wall, {}};
  lesson->closed_until = now.wall + (closed_until_ - now.mono);
  return lesson;
}

void window::restore(const learnt_limit& lesson, instant now) {
  learner_.restore(lesson, now);
  if (lesson.closed_until > now.wall && lesson.configured == learner_.configured())
    close(now.mono + (lesson.closed_until - now.wall));
}

} // namespace spillway::rate
