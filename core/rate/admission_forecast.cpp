// What an admission would decide from now on.

#include "core/bounds.hpp"
#include "core/rate/admission_state.hpp"

#include <algorithm>

namespace spillway::rate {

/// What calls hold whose send is not known yet, in order of the grants: most have left at once.
std::vector<held_charge> admission::state::held_charges(duration lag) const {
  std::vector<held_charge> held;
  for (const auto& [lease, open] : leases)
    if (!open.sent)
      held.push_back({open.acquired_at + lag, &open.taken});
  std::ranges::sort(held, {}, &held_charge::counted_from);
  return held;
}

charge admission::predict(const charge& asked) const {
  return state_->predict(asked);
}

replay admission::state::foresee(instant now, duration lag, outlook how) const {
  std::vector<replay::window> out;
  const std::vector<held_charge> held = held_charges(lag);
  for (const window& w : windows)
    out.push_back(w.foresee(now.mono, expiry_of(w, now.mono + lag, now.wall + lag) - now.mono, held,
                            how));
  if (const auto slots = allowed.concurrent_requests) {
    replay::window r;
    r.which = dimension::concurrent_requests;
    r.limit = *slots;
    r.used = static_cast<std::int64_t>(leases.size());
    r.keeps = mean_hold;
    for (const auto& [lease, open] : leases)
      r.releases.push_back({std::max(now.mono, open.acquired_at + mean_hold), 1});
    std::ranges::sort(r.releases, {}, &replay::window::release::at);
    out.push_back(std::move(r));
  }
  return {std::move(out), std::max(now.mono, paused_until)};
}

replay admission::foresee(instant now) const {
  state_->expire(now.mono);
  return state_->foresee(now, state_->arrivals.mean_lag(bounds::arrival_allowance),
                         outlook::expected);
}

replay admission::foresee_worst(instant now) const {
  state_->expire(now.mono);
  return state_->foresee(now, bounds::arrival_allowance, outlook::worst);
}

} // namespace spillway::rate
