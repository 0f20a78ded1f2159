#include "core/rate/fair_queue.hpp"

#include "core/bounds.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_map>

namespace spillway::rate {
namespace {

/// Waiting so long raises a call by one priority level: nobody waits for ever behind the urgent.
constexpr duration ageing_step = std::chrono::seconds{20};
/// Calls behind the head that are offered the room it cannot use.
constexpr std::size_t look_ahead = 64;
constexpr std::size_t levels = 3;

/// Place within a level: start-time fair queueing. A call's tag is the service its tenant will have
/// had when it starts, in tokens, so that tenants advance alike whatever the size of their calls.
struct place {
  std::int64_t tag = 0;
  std::uint64_t sequence = 0;
  friend auto operator<=>(const place&, const place&) = default;
};

struct queued_call {
  waiting_call call;
  mono_time pushed_at{};
  std::size_t level = 0; ///< index into the levels, 0 served first
  place at;
};

std::size_t level_of(priority p) noexcept {
  return levels - 1 - static_cast<std::size_t>(p);
}

} // namespace

struct fair_queue::state {
  using order = std::map<place, lease_id>;

  std::unordered_map<lease_id, queued_call> calls;
  std::array<order, levels> by_level;
  std::set<std::pair<mono_time, lease_id>> by_deadline;
  std::set<std::pair<mono_time, lease_id>> by_age; ///< when a call rises next
  std::unordered_map<std::string, std::int64_t> tenant_tag;
  std::int64_t virtual_time = 0;
  std::uint64_t next_sequence = 0;

  void insert(queued_call q);
  queued_call take(lease_id lease);
  void age(mono_time now);
  std::vector<lease_id> in_order(std::size_t most) const;
  place next_place(const waiting_call& call);
  void backfill(admission& desk, instant now, std::vector<lease_id>& granted);
};

place fair_queue::state::next_place(const waiting_call& call) {
  std::int64_t& tag = tenant_tag[call.tenant];
  const std::int64_t start = std::max(tag, virtual_time);
  tag = start + std::max<std::int64_t>(call.asked.tokens.expected, 1);
  return {start, next_sequence++};
}

void fair_queue::state::insert(queued_call q) {
  const lease_id lease = q.call.lease;
  by_level[q.level].emplace(q.at, lease);
  by_deadline.emplace(q.call.deadline, lease);
  if (q.level > 0)
    by_age.emplace(q.pushed_at + ageing_step, lease);
  const bool fresh = calls.emplace(lease, std::move(q)).second;
  SPILLWAY_ASSERT(fresh);
}

queued_call fair_queue::state::take(lease_id lease) {
  queued_call q = std::move(calls.extract(lease).mapped());
  by_level[q.level].erase(q.at);
  by_deadline.erase({q.call.deadline, lease});
  by_age.erase({q.pushed_at + ageing_step, lease});
  if (calls.empty()) {
    tenant_tag.clear();
    virtual_time = 0;
  }
  return q;
}

void fair_queue::state::age(mono_time now) {
  while (!by_age.empty() && by_age.begin()->first <= now) {
    const lease_id lease = by_age.begin()->second;
    by_age.erase(by_age.begin());
    queued_call& q = calls.at(lease);
    by_level[q.level].erase(q.at);
    --q.level;
    q.pushed_at += ageing_step;
    by_level[q.level].emplace(q.at, lease);
    if (q.level > 0)
      by_age.emplace(q.pushed_at + ageing_step, lease);
  }
}

std::vector<lease_id> fair_queue::state::in_order(std::size_t most) const {
  std::vector<lease_id> out;
  for (const order& level : by_level)
    for (auto it = level.begin(); it != level.end() && out.size() < most; ++it)
      out.push_back(it->second);
  return out;
}

/// Lets smaller calls use what the head cannot, as long as the head does not start later for it.
void fair_queue::state::backfill(admission& desk, instant now, std::vector<lease_id>& granted) {
  const std::vector<lease_id> ahead = in_order(look_ahead + 1);
  const replay before = desk.foresee(now);
  const mono_time head_start = before.ready_at(calls.at(ahead.front()).call.asked);
  for (std::size_t i = 1; i < ahead.size(); ++i) {
    const waiting_call& call = calls.at(ahead[i]).call;
    if (desk.probe(call.asked, now).outcome != verdict::granted)
      continue;
    replay after = desk.foresee(now);
    after.take(call.asked, now.mono);
    if (after.ready_at(calls.at(ahead.front()).call.asked) > head_start)
      continue;
    desk.acquire(call.lease, call.asked, now);
    granted.push_back(ahead[i]);
    take(ahead[i]);
  }
}

fair_queue::fair_queue() : state_{std::make_unique<state>()} {
}
fair_queue::~fair_queue() = default;
fair_queue::fair_queue(fair_queue&&) noexcept = default;
fair_queue& fair_queue::operator=(fair_queue&&) noexcept = default;

bool fair_queue::push(waiting_call call, instant now) {
  if (state_->calls.size() >= bounds::limiter_queue_max)
    return false;
  const place at = state_->next_place(call);
  const std::size_t level = level_of(call.level);
  state_->insert({std::move(call), now.mono, level, at});
  return true;
}

bool fair_queue::remove(lease_id lease) {
  if (state_->calls.count(lease) == 0)
    return false;
  state_->take(lease);
  return true;
}

std::vector<lease_id> fair_queue::grant_ready(admission& desk, instant now) {
  std::vector<lease_id> granted;
  state_->age(now.mono);
  while (!empty()) {
    const lease_id head = state_->in_order(1).front();
    const queued_call& q = state_->calls.at(head);
    if (desk.acquire(head, q.call.asked, now).outcome != verdict::granted) {
      state_->backfill(desk, now, granted);
      break;
    }
    state_->virtual_time = std::max(state_->virtual_time, q.at.tag);
    granted.push_back(head);
    state_->take(head);
  }
  return granted;
}

std::vector<lease_id> fair_queue::take_expired(mono_time now) {
  std::vector<lease_id> out;
  while (!state_->by_deadline.empty() && state_->by_deadline.begin()->first <= now) {
    out.push_back(state_->by_deadline.begin()->second);
    state_->take(out.back());
  }
  return out;
}

std::vector<lease_id> fair_queue::take_all() {
  std::vector<lease_id> out = state_->in_order(size());
  for (const lease_id lease : out)
    state_->take(lease);
  return out;
}

std::optional<wait_forecast> fair_queue::forecast(const admission& desk, const waiting_call& call,
                                                  instant now) const {
  if (desk.probe(call.asked, now).outcome == verdict::never)
    return std::nullopt;
  replay future = desk.foresee(now);
  const std::size_t mine = level_of(call.level);
  std::size_t ahead = 0;
  for (std::size_t level = 0; level <= mine; ++level)
    for (const auto& [at, lease] : state_->by_level[level]) {
      const charge c = state_->calls.at(lease).call.asked;
      future.take(c, future.ready_at(c));
      ++ahead;
    }
  const duration wait = std::max(future.ready_at(call.asked) - now.mono, duration{});
  return wait_forecast{wait, wait, ahead};
}

std::optional<mono_time> fair_queue::next_due(const admission& desk, instant now) const {
  if (empty())
    return std::nullopt;
  mono_time due = state_->by_deadline.begin()->first;
  if (!state_->by_age.empty())
    due = std::min(due, state_->by_age.begin()->first);
  if (const auto release = desk.next_release(now))
    due = std::min(due, *release);
  const waiting_call& head = state_->calls.at(state_->in_order(1).front()).call;
  const decision first = desk.probe(head.asked, now);
  // A slot comes back by message; what paces, by time alone.
  if (first.outcome == verdict::wait && first.binding != dimension::concurrent_requests)
    due = std::min(due, first.ready_at);
  return due;
}

std::size_t fair_queue::size() const noexcept {
  return state_->calls.size();
}

} // namespace spillway::rate
