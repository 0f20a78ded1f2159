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
/// A head that waits less leaves little unused: those behind it wait too, and start when they were
/// told.
constexpr duration backfill_after = std::chrono::seconds{5};
/// Calls behind the head that are offered the room it cannot use.
constexpr std::size_t look_ahead = 64;
constexpr std::size_t levels = 3;
/// Tags are kept in fractions of a token, or a heavy tenant's small calls would weigh nothing. The
/// largest of calls times a full queue stays within 63 bits.
constexpr std::int64_t tag_unit = 256;

/// Place within a level: start-time fair queueing. A call's tag is the service its tenant will have
/// had when it starts, in tokens for each unit of its weight, so that tenants advance alike
/// whatever the size of their calls.
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
  /// The calls of each tenant in the order in which they came.
  std::unordered_map<std::string, std::map<std::uint64_t, lease_id>> by_tenant;
  std::int64_t virtual_time = 0;
  std::uint64_t next_sequence = 0;

  void insert(queued_call q);
  queued_call take(lease_id lease);
  void age(mono_time now);
  std::optional<lease_id> whoever_gives_way_to(const std::string& tenant) const;
  lease_id first() const;
  std::vector<lease_id> in_order(std::size_t most) const;
  place place_of_next(const waiting_call& call) const;
  place next_place(const waiting_call& call);
  std::vector<lease_id> ahead_of(const waiting_call& call) const;
  void backfill(admission& desk, instant now, std::vector<lease_id>& granted);
};

place fair_queue::state::place_of_next(const waiting_call& call) const {
  const auto tag = tenant_tag.find(call.tenant);
  return {tag == tenant_tag.end() ? virtual_time : std::max(tag->second, virtual_time),
          next_sequence};
}

place fair_queue::state::next_place(const waiting_call& call) {
  const place at = place_of_next(call);
  const std::int64_t service = std::max<std::int64_t>(call.asked.tokens.expected, 1);
  tenant_tag[call.tenant] = at.tag + std::max<std::int64_t>(service * tag_unit / call.weight, 1);
  ++next_sequence;
  return at;
}

/// Those that would be served before `call` if it came now and nobody after it.
std::vector<lease_id> fair_queue::state::ahead_of(const waiting_call& call) const {
  std::vector<lease_id> out;
  const std::size_t mine = level_of(call.level);
  for (std::size_t level = 0; level < mine; ++level)
    for (const auto& [at, lease] : by_level[level])
      out.push_back(lease);
  const order& level = by_level[mine];
  for (auto it = level.begin(); it != level.end() && it->first < place_of_next(call); ++it)
    out.push_back(it->second);
  return out;
}

void fair_queue::state::insert(queued_call q) {
  const lease_id lease = q.call.lease;
  by_level[q.level].emplace(q.at, lease);
  by_deadline.emplace(q.call.deadline, lease);
  by_tenant[q.call.tenant].emplace(q.at.sequence, lease);
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
  const auto of_tenant = by_tenant.find(q.call.tenant);
  of_tenant->second.erase(q.at.sequence);
  if (of_tenant->second.empty())
    by_tenant.erase(of_tenant);
  if (calls.empty()) {
    tenant_tag.clear();
    virtual_time = 0;
  }
  return q;
}

/// The newest call of the tenant with the most, if that has so many more than `tenant` that one in
/// exchange brings them nearer.
std::optional<lease_id>
fair_queue::state::whoever_gives_way_to(const std::string& tenant) const {
  const auto most = std::ranges::max_element(
      by_tenant, {}, [](const auto& waiting) { return waiting.second.size(); });
  const auto own = by_tenant.find(tenant);
  const std::size_t held = own == by_tenant.end() ? 0 : own->second.size();
  if (most->second.size() <= held + 1)
    return std::nullopt;
  return most->second.rbegin()->second;
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

/// Requires: not empty.
lease_id fair_queue::state::first() const {
  const auto level =
      std::ranges::find_if(by_level, [](const order& calls_of) { return !calls_of.empty(); });
  return level->begin()->second;
}

std::vector<lease_id> fair_queue::state::in_order(std::size_t most) const {
  std::vector<lease_id> out;
  for (const order& level : by_level)
    for (auto it = level.begin(); it != level.end() && out.size() < most; ++it)
      out.push_back(it->second);
  return out;
}

/// Lets smaller calls use what the head cannot, if it leaves much unused and nobody before them
/// starts later for it: what a caller was promised holds.
void fair_queue::state::backfill(admission& desk, instant now, std::vector<lease_id>& granted) {
  std::vector<lease_id> ahead = in_order(look_ahead + 1);
  const auto asked = [&](lease_id lease) { return desk.predict(calls.at(lease).call.asked); };
  const auto starts_later = [&](replay future, std::size_t before,
                                const std::vector<mono_time>& promised) {
    for (std::size_t k = 0; k < before; ++k) {
      const mono_time start = future.ready_at(asked(ahead[k]));
      if (start > promised[k])
        return true;
      future.take(asked(ahead[k]), start);
    }
    return false;
  };
  std::vector<mono_time> promised;
  replay future = desk.foresee(now);
  for (const lease_id lease : ahead) {
    promised.push_back(future.ready_at(asked(lease)));
    future.take(asked(lease), promised.back());
  }
  for (std::size_t i = 1; i < ahead.size();) {
    const lease_id lease = ahead[i];
    bool fits = desk.probe(calls.at(lease).call.asked, now).outcome == verdict::granted;
    if (fits) {
      replay with_it = desk.foresee(now);
      with_it.take(asked(lease), now.mono);
      fits = !starts_later(std::move(with_it), i, promised);
    }
    if (!fits) {
      ++i;
      continue;
    }
    desk.acquire(lease, calls.at(lease).call.asked, now);
    granted.push_back(lease);
    take(lease);
    ahead.erase(ahead.begin() + static_cast<std::ptrdiff_t>(i));
    promised.erase(promised.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

fair_queue::fair_queue() : state_{std::make_unique<state>()} {
}
fair_queue::~fair_queue() = default;
fair_queue::fair_queue(fair_queue&&) noexcept = default;
fair_queue& fair_queue::operator=(fair_queue&&) noexcept = default;

queue_place fair_queue::push(waiting_call call, instant now) {
  queue_place out;
  if (size() >= bounds::limiter_queue_max) {
    out.gave_way = state_->whoever_gives_way_to(call.tenant);
    if (!out.gave_way)
      return {.waits = false};
    state_->take(*out.gave_way);
  }
  const place at = state_->next_place(call);
  const std::size_t level = level_of(call.level);
  state_->insert({std::move(call), now.mono, level, at});
  return out;
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
    const lease_id head = state_->first();
    const queued_call& q = state_->calls.at(head);
    const decision d = desk.acquire(head, q.call.asked, now);
    if (d.outcome != verdict::granted) {
      if (d.ready_at >= now.mono + backfill_after)
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

std::vector<lease_id> fair_queue::take_impossible(const admission& desk, instant now) {
  std::vector<lease_id> out;
  for (const lease_id lease : state_->in_order(size()))
    if (desk.probe(state_->calls.at(lease).call.asked, now).outcome == verdict::never) {
      out.push_back(lease);
      state_->take(lease);
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
  const std::vector<lease_id> ahead = state_->ahead_of(call);
  const auto wait = [&](replay future, auto&& charge_of) {
    for (const lease_id lease : ahead) {
      const charge c = charge_of(state_->calls.at(lease).call.asked);
      future.take(c, future.ready_at(c));
    }
    return std::max(future.ready_at(charge_of(call.asked)) - now.mono, duration{});
  };
  wait_forecast f;
  f.position = ahead.size();
  f.estimate = wait(desk.foresee(now), [&](const charge& c) { return desk.predict(c); });
  f.bound = std::max(f.estimate, wait(desk.foresee_worst(now), at_most));
  return f;
}

std::optional<mono_time> fair_queue::next_due(const admission& desk, instant now) const {
  if (empty())
    return std::nullopt;
  mono_time due = state_->by_deadline.begin()->first;
  if (!state_->by_age.empty())
    due = std::min(due, state_->by_age.begin()->first);
  if (const auto release = desk.next_release(now))
    due = std::min(due, *release);
  const waiting_call& head = state_->calls.at(state_->first()).call;
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
