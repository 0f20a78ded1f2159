#pragma once

#include "core/alerts/delivery.hpp"
#include "core/units.hpp"

#include <deque>
#include <optional>
#include <random>
#include <vector>

namespace spillway::alerts {

/// The notices for one target, in order: at most one is out at a time, and one that fails comes
/// again before the next, after a pause that grows. Owned by a courier. Not thread-safe.
class delivery_queue {
public:
  explicit delivery_queue(std::uint64_t seed = 0);

  /// Takes one in. Over `bounds::alert_outbox_max` the oldest that is not out goes, and is
  /// returned.
  std::optional<numbered_notice> push(numbered_notice n);

  /// Takes out what is older than `bounds::alert_age_max` and not out.
  std::vector<numbered_notice> take_stale(wall_time now);

  /// When the next attempt is due: absent while one is out or nothing waits.
  std::optional<mono_time> due() const;

  /// The next one, which is out from now on. Requires: due.
  const numbered_notice& begin();

  /// The one that is out was taken, or will never be: it leaves.
  numbered_notice finish(bool taken);

  /// The one that is out comes again, no sooner than after `retry_after`.
  void put_back(std::optional<duration> retry_after, mono_time now);

  /// What is out. Requires: something is.
  const numbered_notice& current() const;

  std::size_t size() const noexcept { return waiting_.size(); }
  bool is_failing() const noexcept { return failures_in_a_row_ > 0; }

private:
  duration backoff();

  std::minstd_rand random_;
  std::deque<numbered_notice> waiting_; ///< the first is out if `out_`
  bool out_ = false;
  mono_time not_before_ = mono_time::min();
  int failures_in_a_row_ = 0;
};

} // namespace spillway::alerts
