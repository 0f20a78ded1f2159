#include "core/rate/admission.hpp"

#include "core/bounds.hpp"
#include "core/money/calendar.hpp"
#include "core/rate/window.hpp"

#include <absl/time/time.h>

#include <algorithm>
#include <unordered_map>

namespace spillway::rate {
namespace {

constexpr duration minute = std::chrono::minutes{1};
constexpr duration rolling_day = std::chrono::hours{24};
/// Clocks may disagree about midnight: a call this near to it counts in both days.
constexpr duration midnight_guard = std::chrono::seconds{2};
/// Weight of the newest call in the mean time that a call keeps its concurrency slot.
constexpr std::int64_t mean_weight = 8;
/// A header older than this tells of a use that has changed since.
constexpr duration fresh = std::chrono::seconds{1};
/// A window of requests whose reset is farther away than this is not a minute's.
constexpr duration longest_minute_reset = std::chrono::minutes{2};

struct open_lease {
  charge taken;
  mono_time acquired_at{};
  bool sent = false;
  mono_time counted_from{}; ///< if sent: the latest moment at which the provider counted it
  wall_time counted_from_wall{};
};

} // namespace

struct admission::state {
  explicit state(limits l);

  limits allowed;
  std::vector<window> windows; ///< the limited dimensions but concurrency
  std::unordered_map<lease_id, open_lease> leases;
  mono_time paused_until = mono_time::min();
  money::period_span day; ///< the civil day of the last question, if days are civil
  duration mean_hold{};   ///< of a concurrency slot

  mono_time expiry_of(const window& w, mono_time counted_from, wall_time wall);
  wall_time end_of_day(wall_time wall);
  void expire(mono_time now);
  decision decide(const charge& c, instant now) const;
  decision refuse_if_impossible(const charge& c) const;
  charge predict(charge c) const;
  window* find(dimension which);
  dimension requests_dimension(const observed_limits& seen) const;
  bool hear(dimension which, std::optional<std::int64_t> limit,
            std::optional<std::int64_t> remaining, mono_time sent_at, bool is_fresh, mono_time now);
};

admission::state::state(limits l) : allowed{std::move(l)} {
  for (const dimension d : all_dimensions)
    if (const auto limit = allowed.of(d); limit && d != dimension::concurrent_requests)
      windows.emplace_back(d, *limit);
}

wall_time admission::state::end_of_day(wall_time wall) {
  if (wall < day.begin || wall >= day.end)
    day = money::period_at(money::period::day, wall, allowed.day_zone);
  return day.end;
}

mono_time admission::state::expiry_of(const window& w, mono_time counted_from, wall_time wall) {
  if (!w.is_daily())
    return counted_from + minute;
  if (allowed.day_zone.empty())
    return counted_from + rolling_day;
  return counted_from + (end_of_day(wall + midnight_guard) - wall) + midnight_guard;
}

void admission::state::expire(mono_time now) {
  for (window& w : windows)
    w.expire(now);
}

window* admission::state::find(dimension which) {
  const auto it = std::ranges::find(windows, which, &window::which);
  return it == windows.end() ? nullptr : &*it;
}

/// How long a reply will be is better guessed from the replies so far than from its bound.
charge admission::state::predict(charge c) const {
  for (const window& w : windows)
    if (w.counted_at_end())
      c.output = w.predict(c.output);
  return c;
}

decision admission::state::refuse_if_impossible(const charge& c) const {
  for (const window& w : windows)
    if (w.is_impossible(c.of(w.which())))
      return {verdict::never, {}, w.which()};
  if (allowed.concurrent_requests && *allowed.concurrent_requests < 1)
    return {verdict::never, {}, dimension::concurrent_requests};
  return {};
}

/// Requires: expired up to `now`.
decision admission::state::decide(const charge& c, instant now) const {
  decision d = refuse_if_impossible(c);
  if (d.outcome == verdict::never)
    return d;
  d.ready_at = std::max(now.mono, paused_until);
  if (d.ready_at > now.mono)
    d.outcome = verdict::wait;
  const auto in_the_way = [&](dimension which, mono_time until) {
    d.outcome = verdict::wait;
    if (!d.binding || until >= d.ready_at)
      d.binding = which;
    d.ready_at = std::max(d.ready_at, until);
  };
  for (const window& w : windows)
    if (const auto until = w.blocked_until(c.of(w.which()), now.mono))
      in_the_way(w.which(), *until);
  if (allowed.concurrent_requests
      && static_cast<std::int64_t>(leases.size()) >= *allowed.concurrent_requests)
    in_the_way(dimension::concurrent_requests, now.mono + mean_hold);
  return d;
}

// -- life -----------------------------------------------------------------------------------------

admission::admission(limits allowed) : state_{std::make_unique<state>(std::move(allowed))} {
}
admission::~admission() = default;
admission::admission(admission&&) noexcept = default;
admission& admission::operator=(admission&&) noexcept = default;
admission::admission(const admission& other) : state_{std::make_unique<state>(*other.state_)} {
}
admission& admission::operator=(const admission& other) {
  *state_ = *other.state_;
  return *this;
}

// -- decisions ------------------------------------------------------------------------------------

decision admission::acquire(lease_id lease, const charge& c, instant now) {
  state_->expire(now.mono);
  const charge taken = state_->predict(c);
  const decision d = state_->decide(taken, now);
  if (d.outcome != verdict::granted)
    return d;
  const bool is_new =
      state_->leases.emplace(lease, open_lease{taken, now.mono, false, {}, {}}).second;
  SPILLWAY_ASSERT(is_new);
  for (window& w : state_->windows)
    w.hold(taken.of(w.which()), now.mono);
  return d;
}

decision admission::probe(const charge& c, instant now) const {
  state_->expire(now.mono);
  return state_->decide(state_->predict(c), now);
}

void admission::mark_sent(lease_id lease, instant now) {
  const auto it = state_->leases.find(lease);
  if (it == state_->leases.end() || it->second.sent)
    return;
  open_lease& open = it->second;
  open.sent = true;
  open.counted_from = now.mono + bounds::arrival_allowance;
  open.counted_from_wall = now.wall + bounds::arrival_allowance;
  for (window& w : state_->windows)
    if (!w.counted_at_end())
      w.count(open.taken.of(w.which()), lease,
              state_->expiry_of(w, open.counted_from, open.counted_from_wall));
}

void admission::prove_arrival(lease_id lease, instant at) {
  const auto it = state_->leases.find(lease);
  if (it == state_->leases.end() || !it->second.sent || at.mono >= it->second.counted_from)
    return;
  open_lease& open = it->second;
  for (window& w : state_->windows)
    if (!w.counted_at_end())
      w.move(open.taken.of(w.which()), lease,
             state_->expiry_of(w, open.counted_from, open.counted_from_wall),
             state_->expiry_of(w, at.mono, at.wall));
  open.counted_from = at.mono;
  open.counted_from_wall = at.wall;
}

bool admission::settle(lease_id lease, const charge& actual, instant now) {
  const auto it = state_->leases.find(lease);
  if (it == state_->leases.end())
    return false;
  mark_sent(lease, now);
  const open_lease& open = it->second;
  for (window& w : state_->windows) {
    const amount taken = open.taken.of(w.which());
    const mono_time expiry = state_->expiry_of(w, open.counted_from, open.counted_from_wall);
    if (w.counted_at_end()) {
      const mono_time at_end = state_->expiry_of(w, now.mono, now.wall);
      w.count(taken, lease, at_end);
      w.correct(actual.of(w.which()).expected, lease, at_end);
      w.learn(actual.of(w.which()).expected);
    } else if (w.measured()) {
      w.correct(actual.of(w.which()).expected, lease, expiry);
    }
    w.end(taken);
  }
  state_->mean_hold += (now.mono - open.acquired_at - state_->mean_hold) / mean_weight;
  state_->leases.erase(it);
  return true;
}

bool admission::release(lease_id lease, lease_end how, instant now) {
  const auto it = state_->leases.find(lease);
  if (it == state_->leases.end())
    return false;
  const open_lease& open = it->second;
  if (how == lease_end::rejected)
    return settle(lease, charge{}, now);
  if (how == lease_end::unknown) {
    // It may have taken the most it could.
    const charge& taken = open.taken;
    const auto most = [](const amount& a) {
      return amount{std::max(a.most, a.expected), 0, std::max(a.most, a.expected)};
    };
    return settle(lease, {most(taken.tokens), most(taken.input), most(taken.output)}, now);
  }
  for (window& w : state_->windows) {
    const amount taken = open.taken.of(w.which());
    if (open.sent && !w.counted_at_end())
      w.forget(lease, state_->expiry_of(w, open.counted_from, open.counted_from_wall));
    else
      w.unhold(taken);
    w.end(taken);
  }
  state_->leases.erase(it);
  return true;
}

void admission::pause_until(mono_time until) {
  state_->paused_until = std::max(state_->paused_until, until);
}

void admission::restore(const std::vector<restored_lease>& leases, instant now) {
  for (const restored_lease& r : leases) {
    // A wall clock that stands behind the row cannot tell its age: it counts as new.
    const duration age = std::max(now.wall - r.sent_at, duration{});
    const mono_time counted_from = now.mono - age + bounds::arrival_allowance;
    for (window& w : state_->windows) {
      // When a call ended is not known: what counts from there counts from now.
      const mono_time expiry =
          w.counted_at_end()
              ? state_->expiry_of(w, now.mono, now.wall)
              : state_->expiry_of(w, counted_from, r.sent_at + bounds::arrival_allowance);
      if (!w.counted_at_end() || age < minute + bounds::deadline_max)
        w.recount(r.taken.of(w.which()), r.lease, expiry);
    }
  }
  state_->expire(now.mono);
}

// -- learning -------------------------------------------------------------------------------------

/// Vendors give one header for requests, and some mean those of a day.
dimension admission::state::requests_dimension(const observed_limits& seen) const {
  const auto minute_limit = allowed.requests_per_minute;
  const auto day_limit = allowed.requests_per_day;
  if (day_limit && minute_limit && seen.requests_limit) {
    const std::int64_t from_day = std::abs(*seen.requests_limit - *day_limit);
    const std::int64_t from_minute = std::abs(*seen.requests_limit - *minute_limit);
    return from_day < from_minute ? dimension::requests_per_day : dimension::requests_per_minute;
  }
  const bool far = seen.requests_reset && *seen.requests_reset > longest_minute_reset;
  return far ? dimension::requests_per_day : dimension::requests_per_minute;
}

/// True if the limit is lower than known.
bool admission::state::hear(dimension which, std::optional<std::int64_t> limit,
                            std::optional<std::int64_t> remaining, mono_time sent_at, bool is_fresh,
                            mono_time now) {
  window* w = find(which);
  // A limit far above the configured one is that of another window than ours.
  if (w == nullptr || !limit || *limit > 2 * *allowed.of(which))
    return false;
  const bool lowered = w->learner().hear_limit(*limit);
  if (remaining && is_fresh && !w->is_daily())
    w->learner().hear_foreign(*limit - *remaining - w->own_use(), sent_at, now);
  return lowered;
}

std::vector<dimension> admission::observe(const observed_limits& seen, mono_time sent_at,
                                          mono_time proof_at, instant now) {
  state_->expire(now.mono);
  const bool is_fresh = now.mono - proof_at <= fresh;
  std::vector<dimension> lowered;
  const auto hear = [&](dimension which, const std::optional<std::int64_t>& limit,
                        const std::optional<std::int64_t>& remaining) {
    if (state_->hear(which, limit, remaining, sent_at, is_fresh, now.mono))
      lowered.push_back(which);
  };
  hear(state_->requests_dimension(seen), seen.requests_limit, seen.requests_remaining);
  hear(dimension::tokens_per_minute, seen.tokens_limit, seen.tokens_remaining);
  hear(dimension::input_tokens_per_minute, seen.input_tokens_limit, seen.input_tokens_remaining);
  hear(dimension::output_tokens_per_minute, seen.output_tokens_limit,
       seen.output_tokens_remaining);
  return lowered;
}

void admission::hear_refusal(std::optional<dimension> which, instant now) {
  for (window& w : state_->windows)
    if (which ? w.which() == *which : !w.is_daily())
      w.learner().hear_refusal(now.mono);
}

std::vector<learnt_limit> admission::lessons(instant now) const {
  std::vector<learnt_limit> out;
  for (const window& w : state_->windows)
    if (const auto lesson = w.learner().lesson(w.which(), now.mono, now.wall))
      out.push_back(*lesson);
  return out;
}

void admission::restore_lessons(const std::vector<learnt_limit>& lessons, instant now) {
  for (const learnt_limit& lesson : lessons)
    if (window* w = state_->find(lesson.which))
      w->learner().restore(lesson, now.mono);
}

// -- queries --------------------------------------------------------------------------------------

std::vector<dimension_usage> admission::usage(instant now) const {
  state_->expire(now.mono);
  std::vector<dimension_usage> out;
  for (const window& w : state_->windows)
    out.push_back({w.which(), w.used(now.mono), w.limit(now.mono),
                   w.exhausted_in(now.mono, w.is_daily() ? rolling_day : minute),
                   w.learner().foreign(now.mono), w.learner().paced(now.mono)});
  if (state_->allowed.concurrent_requests)
    out.push_back({dimension::concurrent_requests, static_cast<std::int64_t>(open_leases()),
                   *state_->allowed.concurrent_requests});
  return out;
}

bool admission::is_exhausted_within(duration horizon, instant now) const {
  state_->expire(now.mono);
  return std::ranges::any_of(state_->windows, [&](const window& w) {
    return w.exhausted_in(now.mono, horizon).has_value();
  });
}

std::size_t admission::open_leases() const noexcept {
  return state_->leases.size();
}

std::optional<mono_time> admission::next_release(instant now) const {
  state_->expire(now.mono);
  std::optional<mono_time> next;
  const auto consider = [&](mono_time t) { next = next ? std::min(*next, t) : t; };
  for (const window& w : state_->windows)
    if (const auto release = w.next_release(now.mono))
      consider(*release);
  if (state_->paused_until > now.mono)
    consider(state_->paused_until);
  return next;
}

replay admission::foresee(instant now) const {
  state_->expire(now.mono);
  std::vector<replay::window> windows;
  const duration allowance = bounds::arrival_allowance;
  for (const window& w : state_->windows)
    windows.push_back(w.foresee(
        now.mono, state_->expiry_of(w, now.mono + allowance, now.wall + allowance) - now.mono));
  if (const auto slots = state_->allowed.concurrent_requests) {
    replay::window r;
    r.which = dimension::concurrent_requests;
    r.limit = *slots;
    r.used = static_cast<std::int64_t>(open_leases());
    r.keeps = state_->mean_hold;
    for (const auto& [lease, open] : state_->leases)
      r.releases.push_back({std::max(now.mono, open.acquired_at + state_->mean_hold), 1});
    std::ranges::sort(r.releases, {}, &replay::window::release::at);
    windows.push_back(std::move(r));
  }
  return {std::move(windows), std::max(now.mono, state_->paused_until)};
}

bool is_known_zone(const std::string& name) {
  absl::TimeZone zone;
  return absl::LoadTimeZone(name, &zone);
}

bool can_make_request(const admission& a, token_count tokens, instant now) {
  return a.probe(charge{tokens}, now).outcome == verdict::granted;
}

std::optional<duration> get_wait_time(const admission& a, token_count tokens, instant now) {
  const decision d = a.probe(charge{tokens}, now);
  if (d.outcome == verdict::never)
    return std::nullopt;
  return std::max(d.ready_at - now.mono, duration{});
}

std::vector<dimension_usage> get_usage_stats(const admission& a, instant now) {
  return a.usage(now);
}

} // namespace spillway::rate
