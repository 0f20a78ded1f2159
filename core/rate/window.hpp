#pragma once

#include "core/rate/calibration.hpp"
#include "core/rate/interval_log.hpp"
#include "core/rate/learning.hpp"
#include "core/rate/limits.hpp"
#include "core/rate/pacer.hpp"
#include "core/rate/rate_meter.hpp"
#include "core/rate/replay.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace spillway::rate {

/// What a call holds of every window until its send is known.
struct held_charge {
  mono_time counted_from{}; ///< when the provider probably counted it
  const charge* taken = nullptr;
};

/// What the calls in flight are taken to take in the end.
enum class outlook { expected, worst };

/// One limited quantity of one admission: what is used and held of it, how uncertain that is, what
/// the provider taught about it, and how fast it goes. Not thread-safe.
class window {
public:
  /// Requires: limit >= 0.
  window(dimension which, std::int64_t limit);

  dimension which() const noexcept { return which_; }
  /// True if the provider counts this quantity only as it is produced: what a call may take of it
  /// is held until the call ends.
  bool counted_at_end() const noexcept { return which_ == dimension::output_tokens_per_minute; }
  /// True if a settlement says how much a call took.
  bool measured() const noexcept;
  bool is_daily() const noexcept;

  /// Used, held, feared and foreign.
  std::int64_t used(mono_time now) const noexcept;
  std::int64_t limit(mono_time now) const noexcept { return learner_.limit(now); }
  /// True if `a` is more than this window ever lets through.
  bool is_impossible(const amount& a) const noexcept { return a.expected > learner_.largest(); }

  /// When `a` would fit, at the earliest; absent if it fits now.
  std::optional<mono_time> blocked_until(const amount& a, mono_time now) const;

  /// `asked` with what the calls so far teach about it; as it is until there are enough of them.
  amount predict(const amount& asked) const noexcept;
  /// A call that had asked for `asked` took `actual` in the end.
  void learn(const amount& asked, std::int64_t actual) noexcept;

  /// A call was granted: its amount is held until `count` or `unhold`.
  void hold(const amount& a, mono_time now);
  /// It was not sent after all.
  void unhold(const amount& a);
  /// It was sent: what was held counts until `expiry`.
  void count(const amount& a, lease_id lease, mono_time expiry);
  /// Counts without a hold before: a restart restores it.
  void recount(const amount& a, lease_id lease, mono_time expiry);
  /// It expires earlier than feared.
  void move(const amount& a, lease_id lease, mono_time from, mono_time to);
  /// The truth about an amount that counts.
  void correct(std::int64_t actual, lease_id lease, mono_time expiry);
  /// It was sent and not counted.
  void forget(lease_id lease, mono_time expiry);
  /// The call ended: its amount is no longer uncertain.
  void end(const amount& a);

  void expire(mono_time now) { log_.expire(now); }
  /// When something is given back next, if anything is.
  std::optional<mono_time> next_release(mono_time now) const;

  /// What a replay needs; `keeps` is how long a call taken now would count, `held` what makes up
  /// the held amount, in order of time.
  replay::window foresee(mono_time now, duration keeps, const std::vector<held_charge>& held,
                         outlook how) const;
  /// How long until it is exhausted if it goes on as lately; absent if it is not by `horizon`.
  std::optional<duration> exhausted_in(mono_time now, duration horizon) const;
  /// How it would be hit, within `horizon`, once `a` has been granted; absent if it would not.
  std::optional<closing> closes(const amount& a, mono_time now, duration horizon) const;

  /// The provider says it is used up: nothing passes before `until`.
  void close(mono_time until) noexcept { closed_until_ = std::max(closed_until_, until); }
  /// What a restart should know; absent if nothing was learnt.
  std::optional<learnt_limit> lesson(instant now) const;
  void restore(const learnt_limit& lesson, instant now);

  window_learner& learner() noexcept { return learner_; }
  const window_learner& learner() const noexcept { return learner_; }
  /// Our own use without what is only feared, as the provider would see it.
  std::int64_t own_use() const noexcept { return log_.used(); }
  /// What counts of calls but `self` that were counted after `from` and by `to`, or
  /// `arrival_allowance` later.
  std::int64_t counted_between(mono_time from, mono_time to, lease_id self) const;

private:
  std::int64_t fear(const amount& also) const noexcept;
  static duration time_to_use(std::int64_t room, const rate_meter::reading& lately,
                              duration horizon);

  dimension which_;
  window_learner learner_;
  interval_log log_;
  pacer pacer_;
  mono_time closed_until_ = mono_time::min();
  rate_meter meter_;
  std::int64_t variance_ = 0; ///< of the calls in flight
  std::int64_t slack_ = 0;    ///< by how much they can exceed what is expected
  calibration estimates_;
  std::int64_t samples_ = 0;  ///< amounts learnt, if counted at the end
  std::int64_t mean_ = 0;     ///< of them, the newest weigh most
  std::int64_t spread_ = 0;   ///< their variance
};

} // namespace spillway::rate
