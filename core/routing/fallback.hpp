#pragma once

#include "core/completion_status.hpp"
#include "core/failure.hpp"
#include "core/money/ledger.hpp"
#include "core/rate/fair_queue.hpp"
#include "core/routing/plan.hpp"

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
  bool is_retry = false; ///< repeats a call that failed there; the retry budget has to allow it
};

/// Walks one request along its candidates: wait here, try again, take the next, or give up. The
/// only place that decides so. Owned by one completion job, which reports each outcome and does as
/// told.
///
/// Several candidates may be one model behind several keys: a key that has room is preferred to
/// waiting for another, and any key of a model to the next model.
class fallback {
public:
  /// Requires: at least one candidate; `candidates` outlives this.
  fallback(const std::vector<candidate>& candidates, fallback_policy policy, std::uint64_t seed);

  /// Where to begin.
  next_step begin() const;

  /// The limiter would grant later, since the limit `in_the_way` is used up; absent: others wait.
  next_step on_wait(const rate::wait_forecast& forecast, duration time_left,
                    const std::optional<rate::dimension_usage>& in_the_way = {});

  /// The limiter lets no call through for `opens_in`: the candidate fails for everybody.
  next_step on_closed(duration opens_in, duration time_left);

  /// The candidate failed, and too many of its calls are retries already.
  next_step on_no_retry(duration time_left);

  /// The candidate cannot be used for this request, for a reason that is nobody's failure.
  /// Requires: `why` is overloaded, shutting_down, upstream_failed (an actor of ours died) or
  /// rate_limited.
  next_step on_refusal(completion_status why, std::string text, duration time_left);

  /// The candidate's rate limit, `in_the_way` if it is known, is smaller than the call itself.
  next_step on_too_large(duration time_left,
                         const std::optional<rate::dimension_usage>& in_the_way = {});

  /// A budget has no room for the candidate, not even after a wait if the rule lets it wait.
  next_step on_over_budget(const money::spend_decision& decision, wall_time now,
                           duration time_left);

  /// What the caller lets the request cost, of which `left` is left, is too little for the
  /// candidate.
  next_step on_over_max_cost(nano_usd left, duration time_left);

  /// The upstream call failed after `took`.
  next_step on_failure(const call_failure& failure, duration took, duration time_left);

  /// The candidate's answer broke off after the caller had seen its beginning: the walk is over.
  void on_broken_answer(const call_failure& failure);

  /// Why each candidate that was tried did not serve, in its last words, for people.
  std::string reason() const;

  /// The candidate answered.
  void on_answer();

  /// Writes what became of each candidate into the first rows of `p`, which are those of the
  /// candidates in order; an empty plan stays empty.
  void record(plan& p) const;

  /// What `tried` will tell of the plan if the candidate at hand answers.
  std::vector<tried_model> tried_before_answer() const;

  /// The shortest wait for a permit, a model that is to come back or a budget, if any: when a
  /// refused caller may come again.
  std::optional<duration> shortest_wait() const noexcept;

private:
  /// When and how a candidate may be used again.
  struct return_ticket {
    next_step::kind how = next_step::kind::pause;
    duration wait{};
    duration ready_at_left{}; ///< what is left of the request's time when the wait is over
    bool is_retry = false;
  };

  struct track {
    int calls_failed = 0;
    bool tried = false;
    bool closed = false; ///< not to be used for this request any more
    std::optional<return_ticket> again;
    std::optional<rate::wait_forecast> quote;
    std::optional<duration> asked; ///< the pause that its vendor asked for when it last failed
    standing now = standing::ready;
    std::string text; ///< why, in its last words
  };

  track& here() { return tracks_[current_]; }
  next_step retry_or_move(const call_failure& failure, duration took, duration time_left);
  next_step move_on(duration time_left);
  next_step come_back(duration time_left);
  next_step go_to(std::size_t index, const return_ticket& ticket, duration time_left);
  next_step close_and_move_on(duration time_left);
  next_step give_up() const;
  std::optional<std::size_t> next_untried() const;
  std::optional<std::size_t> shortest_queue_of(const model_id& model) const;
  return_ticket ticket(next_step::kind how, duration wait, duration time_left) const;
  duration backoff(int failures);
  void close_key(const key_id& key);
  void close_smaller_contexts();
  void note(standing now, const std::string& text);
  const model_id& model(std::size_t index) const { return candidates_[index].model->id; }

  const std::vector<candidate>& candidates_;
  fallback_policy policy_;
  std::minstd_rand random_;
  std::vector<track> tracks_;
  std::optional<duration> budget_opens_in_; ///< the first of those that refused
  std::size_t current_ = 0;
  int steps_ = 0;
  std::optional<completion_status> worst_; ///< absent: nothing refused yet
};

} // namespace spillway::routing
