// What an admission learns of its provider.

#include "core/bounds.hpp"
#include "core/rate/admission_state.hpp"

#include <algorithm>

namespace spillway::rate {

/// The most of `w` that the provider can have counted as ours when it counted `open`: what was
/// alive at its grant, and what left soon behind it and may have come before it.
std::int64_t admission::state::own_use_then(const window& w, lease_id self,
                                            const open_lease& open) const {
  const mono_time until = open.acquired_at + bounds::arrival_allowance;
  std::int64_t used = open.used_then[static_cast<std::size_t>(w.which())];
  for (const auto& [lease, other] : leases)
    if (other.acquired_at > open.acquired_at && other.acquired_at <= until)
      used += other.taken.of(w.which()).expected;
  return used + w.counted_between(open.acquired_at, until, self);
}

std::vector<dimension> admission::observe(lease_id lease, const observed_limits& seen,
                                          instant now) {
  state_->expire(now.mono);
  const auto open = state_->leases.find(lease);
  std::vector<dimension> lowered;
  for (const observed_window& o : observed_windows(seen, state_->allowed)) {
    window& w = *state_->find(o.which);
    if (w.learner().hear_limit(o.limit))
      lowered.push_back(o.which);
    if (o.remaining && open != state_->leases.end())
      w.learner().hear_foreign(
          o.limit - *o.remaining - state_->own_use_then(w, lease, open->second),
          open->second.sent ? open->second.sent_at : open->second.acquired_at, now.mono);
  }
  return lowered;
}

/// The windows that a refusal may come from.
std::vector<window*> admission::state::suspects(const charge& asked, const observed_limits& seen,
                                                std::optional<dimension> named) {
  std::vector<window*> out;
  if (named) {
    if (window* w = find(*named))
      out.push_back(w);
    return out;
  }
  for (const observed_window& o : observed_windows(seen, allowed))
    if (o.remaining && *o.remaining < asked.of(o.which).expected)
      out.push_back(find(o.which));
  return out;
}

void admission::hear_refusal(lease_id lease, const observed_limits& seen,
                             std::optional<dimension> named, instant now) {
  const auto open = state_->leases.find(lease);
  const charge asked = open == state_->leases.end() ? charge{} : open->second.asked;
  const std::vector<window*> blamed = state_->suspects(asked, seen, named);
  for (window* w : blamed)
    w->learner().hear_refusal(now.mono);
  if (!blamed.empty() || named)
    return;
  const auto told = observed_windows(seen, state_->allowed);
  const bool all_had_room = std::ranges::any_of(
      told, [](const observed_window& o) { return o.remaining.has_value(); });
  for (window& w : state_->windows) {
    if (w.is_daily())
      continue;
    if (all_had_room)
      w.learner().hear_rush(now.mono);
    else
      w.learner().hear_refusal(now.mono);
  }
}

void admission::close_day(dimension which, std::optional<duration> asked_to_wait, instant now) {
  window* w = state_->find(which);
  if (w == nullptr || !w->is_daily())
    return;
  if (state_->allowed.day_zone.empty())
    w->close(now.mono + asked_to_wait.value_or(std::chrono::hours{1}));
  else
    w->close(state_->expiry_of(*w, now.mono, now.wall));
}

std::vector<learnt_limit> admission::lessons(instant now) const {
  std::vector<learnt_limit> out;
  for (const window& w : state_->windows)
    if (const auto lesson = w.lesson(now))
      out.push_back(*lesson);
  return out;
}

void admission::restore_lessons(const std::vector<learnt_limit>& lessons, instant now) {
  for (const learnt_limit& lesson : lessons)
    if (window* w = state_->find(lesson.which))
      w->restore(lesson, now);
}

} // namespace spillway::rate
