#pragma once

#include "core/completion_status.hpp"
#include "core/failure.hpp"
#include "core/money/ledger.hpp"
#include "core/rate/fair_queue.hpp"
#include "core/routing/selection.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace spillway::routing {

/// When to wait and when to move on.
struct fallback_policy {
  duration wait_max{}; ///< a shorter wait for the preferred model beats falling back
  bool retry_content_filtered = false; ///< offer a refused prompt to the next vendor
};

/// What to do next for a request.
struct next_step {
  enum class kind {
    attempt, ///< reserve for `candidate` and take a permit if there is room now
    queue,   ///< reserve for `candidate` and wait for its permit
    pause,   ///< do nothing for `delay`, then `attempt` `candidate`
    give_up, ///< answer with `status`
  };
  kind what = kind::attempt;
  std::size_t candidate = 0; ///< index into the candidates
  duration delay{};
  completion_status status = completion_status::answered; ///< with `give_up`
};

/// Walks one request along its candidates: wait here, try again, take the next, or give up. The
/// only place that decides so. Owned by one completion job, which reports each outcome and does as
/// told.
class fallback {
public:
  /// Requires: at least one candidate; `candidates` outlives this.
  fallback(const std::vector<candidate>& candidates, fallback_policy policy, std::uint64_t seed);

  /// Where to begin.
  next_step begin() const;

  /// The limiter would grant later.
  next_step on_wait(const rate::wait_forecast& forecast, duration time_left);

  /// The candidate cannot be used for this request, for a reason that is nobody's failure.
  /// Requires: `why` is over_budget, rate_limited (larger than the limit), overloaded,
  /// shutting_down or deadline_exceeded (it queued in vain).
  next_step on_refusal(completion_status why, std::string text, duration time_left);

  /// A budget has no room for the candidate, not even after a wait if the rule lets it wait.
  /// `opens_in`: until it does; absent if it never will.
  next_step on_over_budget(money::exhausted_policy policy, std::string text,
                           std::optional<duration> opens_in, duration time_left);

  /// The upstream call failed.
  next_step on_failure(const call_failure& failure, duration time_left);

  /// Why each candidate did not serve, for people; after `give_up`.
  const std::string& reason() const noexcept { return reason_; }

  /// The shortest wait for a permit or a budget, if any: when a refused caller may come again.
  std::optional<duration> shortest_wait() const noexcept;

private:
  struct track {
    int calls_failed = 0;
    bool closed = false; ///< not to be used for this request any more
    std::optional<rate::wait_forecast> quote;
  };

  next_step retry_or_move(const call_failure& failure, duration time_left);
  next_step move_on(duration time_left);
  next_step queue_at_shortest(duration time_left);
  next_step give_up();
  duration backoff(int failures);
  void skip_smaller_contexts();
  void note(const std::string& text);
  const std::string& name(std::size_t index) const;

  const std::vector<candidate>& candidates_;
  fallback_policy policy_;
  std::minstd_rand random_;
  std::vector<track> tracks_;
  std::optional<duration> budget_opens_in_; ///< the first of those that refused
  std::size_t current_ = 0;
  completion_status worst_ = completion_status::rate_limited;
  std::string reason_;
};

} // namespace spillway::routing
