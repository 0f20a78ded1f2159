#pragma once

#include "core/ids.hpp"
#include "core/units.hpp"

#include <cstdint>
#include <deque>
#include <optional>

namespace spillway::rate {

/// One limited quantity: what is used of it now, and when that is given back. Amounts either expire
/// at a known time or are held until that time is known.
///
/// Expiries arrive nearly in order, so insertion costs amortised O(1). Of more than
/// `bounds::interval_log_entries_max` the older half is counted together, each group until its last
/// expires: at most 1/50,000 of their span too long. Not thread-safe.
class interval_log {
public:
  struct entry {
    mono_time expiry{};
    std::int64_t amount = 0;
    lease_id lease;
  };

  /// Used now: held and not expired at the last `expire`.
  std::int64_t used() const noexcept { return held_ + running_; }
  /// Used without a known expiry.
  std::int64_t held() const noexcept { return held_; }

  void hold(std::int64_t amount);
  /// Requires: so much is held.
  void unhold(std::int64_t amount);

  void add(entry e);
  /// Replaces the amount of an entry, which is found by its expiry. No-op if it has expired or is
  /// counted together with others.
  void change(lease_id lease, mono_time expiry, std::int64_t amount);
  /// Takes an entry out. False if it has expired or is counted together with others.
  bool remove(lease_id lease, mono_time expiry);

  /// Forgets what expired at or before `now`.
  void expire(mono_time now);

  /// When `needed` will have been given back, held amounts not counted. Absent if never.
  std::optional<mono_time> gives_back(std::int64_t needed) const;

  /// Sum of what expires after `from` and by `to`, `but` this lease.
  std::int64_t sum_between(mono_time from, mono_time to, lease_id but) const;

  std::size_t size() const noexcept { return entries_.size(); }
  const std::deque<entry>& entries() const noexcept { return entries_; }

private:
  void coarsen();
  std::deque<entry>::iterator find(lease_id lease, mono_time expiry);

  std::deque<entry> entries_; ///< ascending by expiry
  std::int64_t running_ = 0;  ///< sum of `entries_`
  std::int64_t held_ = 0;
};

} // namespace spillway::rate
