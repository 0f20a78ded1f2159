#pragma once

#include "core/ids.hpp"
#include "core/instant.hpp"
#include "core/rate/learning.hpp"
#include "core/rate/limits.hpp"
#include "core/rate/observed_limits.hpp"
#include "core/rate/replay.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace spillway::rate {

enum class verdict {
  granted, ///< the charge is taken; the lease must end in exactly one of settle, release
  wait,    ///< does not fit now; `ready_at` says when it will if nothing else changes
  never,   ///< larger than the limit itself, or the limit is zero
};

/// The answer to one admission. `binding` is the dimension that decided, if not granted.
struct decision {
  verdict outcome = verdict::granted;
  mono_time ready_at{};
  std::optional<dimension> binding;
};

/// How a lease ends other than by a settlement.
enum class lease_end {
  not_sent, ///< the provider saw nothing: everything is given back
  rejected, ///< the provider refused it (429): tokens are given back, the request still counts
  unknown,  ///< timeout, reset, crash: the full charge stays until it ages out
};

/// Use of one dimension now. `used` counts what was sent and what is reserved.
struct dimension_usage {
  dimension which = dimension::requests_per_minute;
  std::int64_t used = 0;
  std::int64_t limit = 0; ///< in force, which may be below the configured one
  /// How long until it is exhausted if use goes on as in the last minute (half hour, for a day);
  /// absent if it is not, or for concurrency.
  std::optional<duration> exhausted_in = std::nullopt;
  std::int64_t foreign = 0; ///< estimated use by others of the same credential, within `used`
  bool paced = false;       ///< use is spread over the minute since the provider refused a call
};

/// A lease as a restart restores it.
struct restored_lease {
  lease_id lease;
  charge taken;
  wall_time sent_at{};
  bool settled = false; ///< false: outcome unknown, held in full
};

/// All limits of one credential and model, decided in one step: a call is taken by every window or
/// by none. Exact: each window is a log of intervals. A charge counts from before the send until
/// 60 s (24 h, or the end of the civil day) after the first proof that the provider had it, so that
/// any skew, jitter or reordering between the clocks is harmless.
///
/// Owned by one limiter actor. Not thread-safe. Every `now` must not be before an earlier one.
class admission {
public:
  /// Requires: limits >= 0; `day_zone` empty or a known zone (`is_known_zone`).
  explicit admission(limits allowed);
  ~admission();
  admission(admission&&) noexcept;
  admission& operator=(admission&&) noexcept;
  /// A copy decides what *would* happen: `fair_queue` replays its callers through one.
  admission(const admission&);
  admission& operator=(const admission&);

  /// Takes `c` under `lease` if every dimension has room and no pause is on. A refusal changes
  /// nothing. Requires: `lease` is not held.
  decision acquire(lease_id lease, const charge& c, instant now);

  /// What `acquire` would answer, without taking anything.
  decision probe(const charge& c, instant now) const;

  /// The call is about to be written to the provider.
  void mark_sent(lease_id lease, instant now);

  /// The head of the call's reply arrived at `at`, after the provider had worked on it for `worked`
  /// by its own account: it had the call before that. Later or repeated proofs change nothing.
  void prove_arrival(lease_id lease, instant at, std::optional<duration> worked = std::nullopt);

  /// The call ended and the provider charged `actual`, which replaces the reservation (more or
  /// less). Estimates are judged by `most` of each part: what came, whatever of it was counted.
  /// False if `lease` is not held (a second terminal message): nothing changes.
  bool settle(lease_id lease, const charge& actual, instant now);

  /// The call ended without a settlement. False if `lease` is not held: nothing changes.
  bool release(lease_id lease, lease_end how, instant now);

  /// What the headers of the reply to `lease` said, before it is ended; of another lease's reply
  /// only the limits count. Returns the dimensions whose limit turned out lower than known.
  std::vector<dimension> observe(lease_id lease, const observed_limits& seen, instant now);

  /// The provider refused `lease`, which our windows allowed, before it is ended. If `seen`, which
  /// was observed, does not show that others used the window up, the provider's way of counting is
  /// not ours: the window is lowered and paced. That is the one `named`, else those that `seen`
  /// shows without room, else every minute's. If `seen` shows room in all of them, the call came
  /// too fast: they are paced and not lowered.
  void hear_refusal(lease_id lease, const observed_limits& seen, std::optional<dimension> named,
                    instant now);

  /// What was learnt so far, for the journal.
  std::vector<learnt_limit> lessons(instant now) const;
  void restore_lessons(const std::vector<learnt_limit>& lessons, instant now);

  /// True if some window is exhausted within `horizon` if use goes on as lately.
  bool is_exhausted_within(duration horizon, instant now) const;

  /// How the limit that would close longest will be hit, within `horizon`, once `asked` has been
  /// granted and if use goes on as lately; absent if none will be.
  std::optional<closing> closes_within(duration horizon, const charge& asked, instant now) const;

  /// The provider says that the quota of this day is used up: nothing passes before its civil day
  /// ends, or for `asked_to_wait` (an hour if it did not say) where days are not civil.
  /// No-op if `which` is no limited day's.
  void close_day(dimension which, std::optional<duration> asked_to_wait, instant now);

  /// Grants nothing before `until`: the provider asked for it (retry-after).
  void pause_until(mono_time until);

  /// From now on these are the limits. What is used and held stays so, and calls in flight count in
  /// a dimension that was not limited before; calls that ended before are not in it. Days go on
  /// to begin where they did. Requires: limits >= 0.
  void replace_limits(limits allowed, instant now);

  /// Puts back what a restart must still count. Settled leases and unknown ones alike fill the
  /// windows by their age; none of them holds a concurrency slot.
  void restore(const std::vector<restored_lease>& leases, instant now);

  /// Use of each limited dimension.
  std::vector<dimension_usage> usage(instant now) const;

  /// `asked` as this holds it: with what the calls so far teach about its estimates.
  charge predict(const charge& asked) const;

  /// What would be decided from now on; see `replay`. An open call is taken to give its windows
  /// back as if it were sent now, and its concurrency slot after the mean time of the calls that
  /// ended.
  replay foresee(instant now) const;
  /// The same if every call in flight takes the most it may and is counted as late as can be.
  replay foresee_worst(instant now) const;

  /// Leases not ended yet.
  std::size_t open_leases() const noexcept;

  /// The earliest moment after `now` at which some window gives something back, if any does: when
  /// a waiting caller is worth another look. A concurrency slot comes back by message instead.
  std::optional<mono_time> next_release(instant now) const;

private:
  struct state;
  std::unique_ptr<state> state_;
};

/// True if the machine's zone database knows `name`.
bool is_known_zone(const std::string& name);

// The three questions of the classic rate tracker, as queries on an admission.

/// True if a call of `tokens` would be granted now.
bool can_make_request(const admission& a, token_count tokens, instant now);
/// How long until a call of `tokens` would be granted if nobody else came; absent if never.
std::optional<duration> get_wait_time(const admission& a, token_count tokens, instant now);
/// Used and limit of each dimension.
std::vector<dimension_usage> get_usage_stats(const admission& a, instant now);

} // namespace spillway::rate
