#include "core/rate/admission.hpp"

#include "core/bounds.hpp"
#include "core/money/calendar.hpp"
#include "core/rate/interval_log.hpp"

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

/// One window of one admission.
struct window {
  dimension which = dimension::requests_per_minute;
  std::int64_t limit = 0;
  interval_log log;

  std::int64_t amount_of(charge c) const noexcept {
    return which == dimension::tokens_per_minute ? c.tokens.value() : 1;
  }
};

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
  decision decide(charge c, instant now) const;
  decision refuse_if_impossible(charge c) const;
  void end(std::unordered_map<lease_id, open_lease>::iterator it, instant now);
};

admission::state::state(limits l) : allowed{std::move(l)} {
  const auto add = [this](dimension d, const std::optional<std::int64_t>& limit) {
    if (limit)
      windows.push_back({d, *limit, {}});
  };
  add(dimension::requests_per_minute, allowed.requests_per_minute);
  add(dimension::tokens_per_minute, allowed.tokens_per_minute);
  add(dimension::requests_per_day, allowed.requests_per_day);
}

wall_time admission::state::end_of_day(wall_time wall) {
  if (wall < day.begin || wall >= day.end)
    day = money::period_at(money::period::day, wall, allowed.day_zone);
  return day.end;
}

mono_time admission::state::expiry_of(const window& w, mono_time counted_from, wall_time wall) {
  if (w.which != dimension::requests_per_day)
    return counted_from + minute;
  if (allowed.day_zone.empty())
    return counted_from + rolling_day;
  return counted_from + (end_of_day(wall + midnight_guard) - wall) + midnight_guard;
}

void admission::state::expire(mono_time now) {
  for (window& w : windows)
    w.log.expire(now);
}

decision admission::state::refuse_if_impossible(charge c) const {
  for (const window& w : windows)
    if (w.amount_of(c) > w.limit)
      return {verdict::never, {}, w.which};
  if (allowed.concurrent_requests && *allowed.concurrent_requests < 1)
    return {verdict::never, {}, dimension::concurrent_requests};
  return {};
}

/// Requires: expired up to `now`.
decision admission::state::decide(charge c, instant now) const {
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
  for (const window& w : windows) {
    const std::int64_t excess = w.log.used() + w.amount_of(c) - w.limit;
    const bool full = w.log.size() >= bounds::interval_log_entries_max;
    if (excess <= 0 && !full)
      continue;
    // What is held now would be counted from now at the earliest.
    in_the_way(w.which, w.log.gives_back(std::max<std::int64_t>(excess, 1))
                            .value_or(now.mono + bounds::arrival_allowance + minute));
  }
  if (allowed.concurrent_requests
      && static_cast<std::int64_t>(leases.size()) >= *allowed.concurrent_requests)
    in_the_way(dimension::concurrent_requests, now.mono + mean_hold);
  return d;
}

void admission::state::end(std::unordered_map<lease_id, open_lease>::iterator it, instant now) {
  mean_hold += (now.mono - it->second.acquired_at - mean_hold) / mean_weight;
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

decision admission::acquire(lease_id lease, charge c, instant now) {
  state_->expire(now.mono);
  const decision d = state_->decide(c, now);
  if (d.outcome != verdict::granted)
    return d;
  const bool fresh = state_->leases.emplace(lease, open_lease{c, now.mono, false, {}, {}}).second;
  SPILLWAY_ASSERT(fresh);
  for (window& w : state_->windows)
    w.log.hold(w.amount_of(c));
  return d;
}

decision admission::probe(charge c, instant now) const {
  state_->expire(now.mono);
  return state_->decide(c, now);
}

void admission::mark_sent(lease_id lease, instant now) {
  const auto it = state_->leases.find(lease);
  if (it == state_->leases.end() || it->second.sent)
    return;
  open_lease& open = it->second;
  open.sent = true;
  open.counted_from = now.mono + bounds::arrival_allowance;
  open.counted_from_wall = now.wall + bounds::arrival_allowance;
  for (window& w : state_->windows) {
    w.log.unhold(w.amount_of(open.taken));
    w.log.add({state_->expiry_of(w, open.counted_from, open.counted_from_wall),
               w.amount_of(open.taken), lease});
  }
}

void admission::prove_arrival(lease_id lease, instant at) {
  const auto it = state_->leases.find(lease);
  if (it == state_->leases.end() || !it->second.sent || at.mono >= it->second.counted_from)
    return;
  open_lease& open = it->second;
  for (window& w : state_->windows)
    if (w.log.remove(lease, state_->expiry_of(w, open.counted_from, open.counted_from_wall)))
      w.log.add({state_->expiry_of(w, at.mono, at.wall), w.amount_of(open.taken), lease});
  open.counted_from = at.mono;
  open.counted_from_wall = at.wall;
}

bool admission::settle(lease_id lease, token_count actual, instant now) {
  const auto it = state_->leases.find(lease);
  if (it == state_->leases.end())
    return false;
  mark_sent(lease, now);
  const open_lease& open = it->second;
  for (window& w : state_->windows)
    if (w.which == dimension::tokens_per_minute)
      w.log.change(lease, state_->expiry_of(w, open.counted_from, open.counted_from_wall),
                   actual.value());
  state_->end(it, now);
  return true;
}

bool admission::release(lease_id lease, lease_end how, instant now) {
  const auto it = state_->leases.find(lease);
  if (it == state_->leases.end())
    return false;
  if (how != lease_end::not_sent) {
    const token_count charged =
        how == lease_end::rejected ? token_count{0} : it->second.taken.tokens;
    return settle(lease, charged, now);
  }
  const open_lease& open = it->second;
  for (window& w : state_->windows) {
    if (open.sent)
      w.log.remove(lease, state_->expiry_of(w, open.counted_from, open.counted_from_wall));
    else
      w.log.unhold(w.amount_of(open.taken));
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
    for (window& w : state_->windows)
      w.log.add({state_->expiry_of(w, counted_from, r.sent_at + bounds::arrival_allowance),
                 w.amount_of(r.taken), r.lease});
  }
  state_->expire(now.mono);
}

// -- queries --------------------------------------------------------------------------------------

std::vector<dimension_usage> admission::usage(instant now) const {
  state_->expire(now.mono);
  std::vector<dimension_usage> out;
  for (const window& w : state_->windows)
    out.push_back({w.which, w.log.used(), w.limit});
  if (state_->allowed.concurrent_requests)
    out.push_back({dimension::concurrent_requests, static_cast<std::int64_t>(open_leases()),
                   *state_->allowed.concurrent_requests});
  return out;
}

std::size_t admission::open_leases() const noexcept {
  return state_->leases.size();
}

std::optional<mono_time> admission::next_release(instant now) const {
  state_->expire(now.mono);
  std::optional<mono_time> next;
  const auto consider = [&](mono_time t) { next = next ? std::min(*next, t) : t; };
  for (const window& w : state_->windows)
    if (!w.log.entries().empty())
      consider(w.log.entries().front().expiry);
  if (state_->paused_until > now.mono)
    consider(state_->paused_until);
  return next;
}

replay admission::foresee(instant now) const {
  state_->expire(now.mono);
  std::vector<replay::window> windows;
  const duration allowance = bounds::arrival_allowance;
  for (const window& w : state_->windows) {
    replay::window r;
    r.limit = w.limit;
    r.used = w.log.used();
    r.counts_tokens = w.which == dimension::tokens_per_minute;
    r.keeps = state_->expiry_of(w, now.mono + allowance, now.wall + allowance) - now.mono;
    for (const interval_log::entry& e : w.log.entries())
      r.releases.push_back({e.expiry, e.amount});
    if (w.log.held() > 0)
      r.releases.push_back({std::max(now.mono + r.keeps,
                                     r.releases.empty() ? mono_time::min() : r.releases.back().at),
                            w.log.held()});
    windows.push_back(std::move(r));
  }
  if (const auto slots = state_->allowed.concurrent_requests) {
    replay::window r{*slots, static_cast<std::int64_t>(open_leases()), false, state_->mean_hold, {},
                     0};
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
  return a.probe({tokens}, now).outcome == verdict::granted;
}

std::optional<duration> get_wait_time(const admission& a, token_count tokens, instant now) {
  const decision d = a.probe({tokens}, now);
  if (d.outcome == verdict::never)
    return std::nullopt;
  return std::max(d.ready_at - now.mono, duration{});
}

std::vector<dimension_usage> get_usage_stats(const admission& a, instant now) {
  return a.usage(now);
}

} // namespace spillway::rate
