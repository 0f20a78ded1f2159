#include "core/rate/admission.hpp"

#include "core/bounds.hpp"
#include "core/rate/admission_state.hpp"

#include <absl/time/time.h>

#include <algorithm>

namespace spillway::rate {
namespace {

constexpr duration minute = std::chrono::minutes{1};
constexpr duration rolling_day = std::chrono::hours{24};
/// Clocks may disagree about midnight: a call this near to it counts in both days.
constexpr duration midnight_guard = std::chrono::seconds{2};
/// Weight of the newest call in the mean time that a call keeps its concurrency slot.
constexpr std::int64_t mean_weight = 8;

/// The part of `c` that a window over `which` counts, if it is not one a call.
amount* part_of(charge& c, dimension which) noexcept {
  switch (which) {
    case dimension::tokens_per_minute:
    case dimension::tokens_per_day: return &c.tokens;
    case dimension::input_tokens_per_minute: return &c.input;
    case dimension::output_tokens_per_minute: return &c.output;
    default: return nullptr;
  }
}

} // namespace

admission::state::state(limits l) : allowed{std::move(l)} {
  for (const dimension d : all_dimensions)
    if (const auto limit = allowed.of(d); limit && d != dimension::concurrent_requests)
      windows.emplace_back(d, *limit);
}

wall_time admission::state::end_of_day(wall_time wall) const {
  if (wall < day.begin || wall >= day.end)
    day = money::period_at(money::period::day, wall, allowed.day_zone);
  return day.end;
}

mono_time admission::state::expiry_of(const window& w, mono_time counted_from,
                                      wall_time wall) const {
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

charge admission::state::predict(const charge& asked) const {
  charge out = asked;
  for (const window& w : windows)
    if (amount* part = part_of(out, w.which()))
      *part = w.predict(asked.of(w.which()));
  return out;
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

void admission::state::mark_sent(lease_id lease, open_lease& open, instant now) {
  open.sent = true;
  open.sent_at = now.mono;
  open.counted_from = now.mono + bounds::arrival_allowance;
  open.counted_from_wall = now.wall + bounds::arrival_allowance;
  for (window& w : windows)
    if (!w.counted_at_end())
      w.count(open.taken.of(w.which()), lease,
              expiry_of(w, open.counted_from, open.counted_from_wall));
}

/// The call ended and took `actual`.
void admission::state::conclude(lease_iterator it, const charge& actual, instant now) {
  auto& [lease, open] = *it;
  if (!open.sent)
    mark_sent(lease, open, now);
  for (window& w : windows) {
    const amount taken = open.taken.of(w.which());
    mono_time expiry = expiry_of(w, open.counted_from, open.counted_from_wall);
    if (w.counted_at_end()) {
      expiry = expiry_of(w, now.mono, now.wall);
      w.count(taken, lease, expiry);
    }
    if (w.measured())
      w.correct(actual.of(w.which()).expected, lease, expiry);
    w.end(taken);
  }
  mean_hold += (now.mono - open.acquired_at - mean_hold) / mean_weight;
  leases.erase(it);
}

/// The provider saw nothing of the call.
void admission::state::take_back(lease_iterator it) {
  auto& [lease, open] = *it;
  for (window& w : windows) {
    const amount taken = open.taken.of(w.which());
    if (open.sent && !w.counted_at_end())
      w.forget(lease, expiry_of(w, open.counted_from, open.counted_from_wall));
    else
      w.unhold(taken);
    w.end(taken);
  }
  leases.erase(it);
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
  open_lease open{c, taken, {}, now.mono};
  for (window& w : state_->windows) {
    w.hold(taken.of(w.which()), now.mono);
    open.used_then[static_cast<std::size_t>(w.which())] = w.own_use();
  }
  const bool is_new = state_->leases.emplace(lease, std::move(open)).second;
  SPILLWAY_ASSERT(is_new);
  return d;
}

decision admission::probe(const charge& c, instant now) const {
  state_->expire(now.mono);
  return state_->decide(state_->predict(c), now);
}

void admission::mark_sent(lease_id lease, instant now) {
  const auto it = state_->leases.find(lease);
  if (it != state_->leases.end() && !it->second.sent)
    state_->mark_sent(lease, it->second, now);
}

void admission::prove_arrival(lease_id lease, instant at, std::optional<duration> worked) {
  const auto it = state_->leases.find(lease);
  if (it == state_->leases.end() || !it->second.sent || it->second.proven)
    return;
  open_lease& open = it->second;
  open.proven = true;
  const mono_time counted = state_->arrivals.counted_by(open.sent_at, at.mono, worked);
  state_->arrivals.learn(open.sent_at, at.mono, worked);
  const wall_time counted_wall = at.wall - (at.mono - counted);
  for (window& w : state_->windows)
    if (!w.counted_at_end())
      w.move(open.taken.of(w.which()), lease,
             state_->expiry_of(w, open.counted_from, open.counted_from_wall),
             state_->expiry_of(w, counted, counted_wall));
  open.counted_from = counted;
  open.counted_from_wall = counted_wall;
}

bool admission::settle(lease_id lease, const charge& actual, instant now) {
  const auto it = state_->leases.find(lease);
  if (it == state_->leases.end())
    return false;
  for (window& w : state_->windows)
    if (w.measured())
      w.learn(it->second.asked.of(w.which()), actual.of(w.which()).most);
  state_->conclude(it, actual, now);
  return true;
}

bool admission::release(lease_id lease, lease_end how, instant now) {
  const auto it = state_->leases.find(lease);
  if (it == state_->leases.end())
    return false;
  switch (how) {
    case lease_end::not_sent: state_->take_back(it); break;
    case lease_end::rejected: state_->conclude(it, charge{}, now); break;
    case lease_end::unknown: state_->conclude(it, at_most(it->second.taken), now); break;
  }
  return true;
}

void admission::pause_until(mono_time until) {
  state_->paused_until = std::max(state_->paused_until, until);
}

/// A window over `which` with what the calls in flight hold of it.
window admission::state::opened(dimension which, std::int64_t limit, mono_time now) const {
  window w{which, limit};
  for (const auto& [lease, open] : leases) {
    const amount taken = open.taken.of(which);
    w.hold(taken, now);
    if (open.sent && !w.counted_at_end())
      w.count(taken, lease, expiry_of(w, open.counted_from, open.counted_from_wall));
  }
  return w;
}

void admission::replace_limits(limits allowed, instant now) {
  allowed.day_zone = state_->allowed.day_zone;
  std::vector<window> windows;
  for (const dimension d : all_dimensions) {
    const auto limit = allowed.of(d);
    if (!limit || d == dimension::concurrent_requests)
      continue;
    if (window* const before = state_->find(d)) {
      before->learner().configure(*limit);
      windows.push_back(std::move(*before));
    } else {
      windows.push_back(state_->opened(d, *limit, now.mono));
    }
  }
  state_->windows = std::move(windows);
  state_->allowed = std::move(allowed);
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

std::optional<closing> admission::closes_within(duration horizon, const charge& asked,
                                                instant now) const {
  state_->expire(now.mono);
  const charge taken = state_->predict(asked);
  std::optional<closing> worst;
  for (const window& w : state_->windows)
    if (const auto c = w.closes(taken.of(w.which()), now.mono, horizon))
      if (!worst || c->lasts > worst->lasts)
        worst = c;
  return worst;
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
