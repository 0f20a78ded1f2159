#pragma once

#include "core/ids.hpp"
#include "core/rate/admission.hpp"

#include <optional>
#include <string>
#include <vector>

namespace spillway::rate {

enum class priority { low, normal, high };

/// One call that waits for room.
struct waiting_call {
  lease_id lease;
  charge asked;
  mono_time deadline{}; ///< not worth granting after this
  std::string tenant;   ///< whose turn it uses; empty is one tenant like any other
  priority level = priority::normal;
  std::int64_t weight = 1; ///< of its tenant, at least 1: its share beside others' that wait
};

/// When a waiting call will start, if nobody comes who goes before it. `bound` holds even if every
/// call ahead and in flight takes the most it may; but nobody can bound how long calls keep their
/// concurrency slots: there both reckon with the mean.
struct wait_forecast {
  duration estimate{};
  duration bound{};
  std::size_t position = 0; ///< calls ahead
};

/// Whether a call waits now, and which other one made room for it.
struct queue_place {
  bool waits = true;
  std::optional<lease_id> gave_way{};
};

/// The calls that wait at one limiter, in the order in which they will be granted: fair over
/// tenants, first come first served within one; a smaller call may pass the head only if the head's
/// start does not move.
///
/// Owned by one limiter actor beside its `admission`. Not thread-safe.
class fair_queue {
public:
  fair_queue();
  ~fair_queue();
  fair_queue(fair_queue&&) noexcept;
  fair_queue& operator=(fair_queue&&) noexcept;

  /// If the queue is full (`bounds::limiter_queue_max`), the newest call of the tenant with most of
  /// them gives way and is no longer here, so that nobody's flood keeps others out. If the call is
  /// that tenant's own, or its tenant would have as many, it does not wait, and nothing changes.
  /// Requires: the lease is not waiting already.
  queue_place push(waiting_call call, instant now);

  /// Takes a call out (its caller went away). False if it is not here.
  bool remove(lease_id lease);

  /// Grants what fits now, in order, and returns those leases: each is held by `desk` from now on.
  std::vector<lease_id> grant_ready(admission& desk, instant now);

  /// Takes out and returns the calls whose deadline has passed.
  std::vector<lease_id> take_expired(mono_time now);

  /// Takes out and returns the calls that are larger than the limits themselves, which are others
  /// than when they were pushed.
  std::vector<lease_id> take_impossible(const admission& desk, instant now);

  /// Takes out everything (the limiter stops).
  std::vector<lease_id> take_all();

  /// When would `call` start if it were pushed now? Replays the real queue through a copy of
  /// `desk`. Absent if never.
  std::optional<wait_forecast> forecast(const admission& desk, const waiting_call& call,
                                        instant now) const;

  /// When to look again: the earliest moment at which a grant or an expiry may be due.
  std::optional<mono_time> next_due(const admission& desk, instant now) const;

  std::size_t size() const noexcept;
  bool empty() const noexcept { return size() == 0; }

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace spillway::rate
