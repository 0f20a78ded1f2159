#pragma once

#include "core/instant.hpp"
#include "core/routing/breaker.hpp"
#include "core/routing/selection.hpp"
#include "messages/private_handles.hpp"

#include <memory>

namespace spillway::actors {

/// What one call of a completion job holds: money of the budget, a permit of a limiter, an intent
/// in the journal. Each gets exactly one terminal message, whatever ends the call.
///
/// Messages between two actors keep their order, so an end may follow its command at once, answered
/// or not. Owned by the job. Not thread-safe.
class held_call {
public:
  /// Who is told of the end, beside the limiter.
  struct neighbours {
    budget_actor budget;
    journal_actor journal;         ///< null: nothing is made durable
    langfuse_batcher_actor traces; ///< of what no journal keeps
    wall_clock wall;
  };

  /// How much is held, or has been asked for: each includes those before it.
  enum class extent { nothing, money, permit, intent };

  held_call() = default;
  held_call(completion_job_self::pointer self, neighbours around)
      : self_{self}, around_{std::move(around)} {}

  /// Begins with nothing. Requires: nothing is held.
  void begin(lease_id lease, const call_target& target, routing::candidate candidate);

  /// More was asked for, or some of it was refused or lost with its actor.
  void holds(extent e) noexcept { extent_ = e; }
  /// The budget granted less than the longest reply costs.
  void shorten(routing::candidate candidate) { candidate_ = std::move(candidate); }

  lease_id lease() const noexcept { return lease_; }
  reservation_id reservation() const noexcept { return {lease_.value}; }
  const routing::candidate& candidate() const noexcept { return candidate_; }

  /// The call was never made: gives all of it back.
  void give_back();

  /// The call took `usage`, and cost it.
  void settle(const provider_reply& m, const token_usage& usage, nano_usd cost,
              routing::health target_is, std::shared_ptr<const report::generation> trace);

  /// The call failed, and nothing that it may have used is known.
  void fail(const provider_reply& m, const call_failure& failure, routing::health target_is,
            std::shared_ptr<const report::generation> trace);

  /// What stays spent of a failed call: the provider may bill one whose answer never came, at worst
  /// in full.
  nano_usd still_spent(const provider_reply& m, const call_failure& failure) const;

private:
  void record(call_settlement row, std::shared_ptr<const report::generation> trace);
  wall_time wall_of(mono_time t) const;

  completion_job_self::pointer self_ = nullptr;
  neighbours around_;
  extent extent_ = extent::nothing;
  lease_id lease_;
  limiter_actor limiter_;
  limiter_lane lane_ = 0;
  routing::candidate candidate_; ///< as the budget let it: its reply may be shortened
};

} // namespace spillway::actors
