#pragma once

#include "core/instant.hpp"
#include "core/rate/limits.hpp"
#include "core/units.hpp"

#include <cstdint>
#include <optional>

namespace spillway::rate {

/// What was learnt of one window, as a restart restores it.
struct learnt_limit {
  dimension which = dimension::requests_per_minute;
  std::int64_t configured = 0; ///< when it was learnt; a lesson is about this limit and no other
  std::optional<std::int64_t> announced; ///< what the provider named, if lower
  std::int64_t shrunk_by = 0;            ///< taken off for refusals, at `at`
  bool paced = false;                    ///< its use must be spread over the minute
  wall_time at{};                        ///< of the last refusal, or of this record if none
  wall_time closed_until{};              ///< the provider said it is used up; the epoch: it did not
  friend bool operator==(const learnt_limit&, const learnt_limit&) = default;
};

/// What the provider's replies teach about one window: a lower limit than configured, use by
/// others of the same credential, and that its way of counting is not ours.
///
/// A limit is never taken as higher than configured. Not thread-safe.
class window_learner {
public:
  /// What others used is forgotten `foreign_memory` after the last call that told of it was sent.
  /// Requires: configured >= 0.
  window_learner(std::int64_t configured, duration foreign_memory) noexcept
      : configured_{configured}, foreign_memory_{foreign_memory} {}

  std::int64_t configured() const noexcept { return configured_; }
  /// What may be used now.
  std::int64_t limit(mono_time now) const noexcept;
  /// The largest single amount that can ever be granted.
  std::int64_t largest() const noexcept { return announced_.value_or(configured_); }
  /// True if use must be spread over the minute.
  bool paced(mono_time now) const noexcept { return now < paced_until_; }

  /// Estimated use by others, zero unless the headers showed some lately.
  std::int64_t foreign(mono_time now) const noexcept { return now < foreign_until_ ? foreign_ : 0; }
  mono_time foreign_until() const noexcept { return foreign_until_; }

  /// The operator names another limit: what was learnt of the old one is no longer true, but what
  /// others used stays. Requires: configured >= 0.
  void configure(std::int64_t configured) noexcept;

  /// The provider named its limit. Returns true if that lowers what was known.
  bool hear_limit(std::int64_t announced);

  /// By a reply to a call sent at `sent_at`, others had used so much (less than zero: nobody).
  /// Replies to older calls than the newest heard of say nothing.
  void hear_foreign(std::int64_t used, mono_time sent_at, mono_time now);

  /// The provider refused a call that this window allowed. If a header heard at this very moment
  /// says that others had used it up, that explains it, unless it happens again within a minute.
  void hear_refusal(mono_time now);
  /// The provider refused a call although by its own headers there was room: it came too fast. Use
  /// is spread for a while. If it is spread already, that is no explanation: `hear_refusal`.
  void hear_rush(mono_time now);

  /// What a restart should know; absent if nothing was learnt.
  std::optional<learnt_limit> lesson(dimension which, instant now) const;
  /// Puts a lesson back, aged by the wall clock since it was learnt (not at all if that clock
  /// stands before it). A lesson about another configured limit than ours is no lesson.
  void restore(const learnt_limit& lesson, instant now);

private:
  std::int64_t shrink(mono_time now) const noexcept;
  std::int64_t shrink_step() const noexcept;

  bool is_explained_by_others(mono_time now) const noexcept;

  std::int64_t configured_;
  duration foreign_memory_;
  std::optional<std::int64_t> announced_; ///< if below the configured limit
  std::int64_t shrink_ = 0;               ///< taken off at `refused_at_`
  mono_time refused_at_ = mono_time::min();
  mono_time paced_until_ = mono_time::min();
  mono_time excused_at_ = mono_time::min(); ///< the last refusal that others explained
  mono_time newest_ = mono_time::min();     ///< when the newest call heard of was sent
  mono_time heard_at_ = mono_time::min();   ///< when it was heard of
  std::int64_t sample_ = 0;                 ///< of foreign use, the newest
  std::int64_t mean_ = 0;      ///< of foreign use, in 1/256
  std::int64_t deviation_ = 0; ///< mean absolute, in 1/256
  std::int64_t foreign_ = 0;
  mono_time foreign_until_ = mono_time::min();
};

} // namespace spillway::rate
