#pragma once

#include "core/rate/limits.hpp"
#include "core/units.hpp"

#include <cstdint>
#include <optional>

namespace spillway::rate {

/// What was learnt of one window, as a restart restores it.
struct learnt_limit {
  dimension which = dimension::requests_per_minute;
  std::int64_t limit = 0; ///< in force when it was learnt
  bool paced = false;     ///< its use must be spread over the minute
  wall_time at{};         ///< of the last lesson
  friend bool operator==(const learnt_limit&, const learnt_limit&) = default;
};

/// What the provider's replies teach about one window: a lower limit than configured, use by
/// others of the same credential, and that its way of counting is not ours.
///
/// A limit is never taken as higher than configured. Not thread-safe.
class window_learner {
public:
  /// Requires: configured >= 0.
  explicit window_learner(std::int64_t configured) noexcept : configured_{configured} {}

  /// What may be used now.
  std::int64_t limit(mono_time now) const noexcept;
  /// The largest single amount that can ever be granted.
  std::int64_t largest() const noexcept { return announced_.value_or(configured_); }
  /// True if use must be spread over the minute.
  bool paced(mono_time now) const noexcept { return now < paced_until_; }

  /// Estimated use by others, zero unless the headers showed some within the last minute.
  std::int64_t foreign(mono_time now) const noexcept { return now < foreign_until_ ? foreign_ : 0; }
  mono_time foreign_until() const noexcept { return foreign_until_; }

  /// The provider named its limit. Returns true if that lowers what was known.
  bool hear_limit(std::int64_t announced);

  /// By a reply to a call sent at `sent_at`, others had used so much (less than zero: nobody).
  /// Replies older than the newest one heard say nothing.
  void hear_foreign(std::int64_t used, mono_time sent_at, mono_time now);

  /// The provider refused a call that this window allowed.
  void hear_refusal(mono_time now);

  /// What a restart should know; absent if nothing was learnt.
  std::optional<learnt_limit> lesson(dimension which, mono_time now, wall_time wall) const;
  /// Puts a lesson back, as if it had just been learnt: its age on this machine is not certain.
  void restore(const learnt_limit& lesson, mono_time now);

private:
  std::int64_t shrink(mono_time now) const noexcept;
  std::int64_t shrink_step() const noexcept;

  std::int64_t configured_;
  std::optional<std::int64_t> announced_; ///< if below the configured limit
  std::int64_t shrink_ = 0;               ///< taken off at `refused_at_`
  mono_time refused_at_ = mono_time::min();
  mono_time paced_until_ = mono_time::min();
  mono_time newest_ = mono_time::min(); ///< when the newest call heard of was sent
  std::int64_t mean_ = 0;      ///< of foreign use, in 1/256
  std::int64_t deviation_ = 0; ///< mean absolute, in 1/256
  std::int64_t foreign_ = 0;
  mono_time foreign_until_ = mono_time::min();
};

} // namespace spillway::rate
