#include "core/routing/fallback.hpp"

#include "core/bounds.hpp"

#include <algorithm>
#include <cstdio>

namespace spillway::routing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// What the vendors' own SDKs do: 0.5 s doubling to 8 s, jittered. Source: openai-python
// _constants.py, anthropic-sdk-python _constants.py (2026-08).
constexpr duration backoff_first = milliseconds{500};
constexpr duration backoff_last = seconds{8};

enum class reaction { retry, retry_once, move_on, larger_context, fail };

reaction reaction_to(failure_kind kind, const fallback_policy& policy) {
  switch (kind) {
    case failure_kind::unreachable:
    case failure_kind::interrupted:
    case failure_kind::timed_out:
    case failure_kind::overloaded:
    case failure_kind::conflict:
    case failure_kind::rate_limited: return reaction::retry;
    case failure_kind::malformed_reply: return reaction::retry_once;
    case failure_kind::quota_exhausted:
    case failure_kind::unauthorized:
    case failure_kind::model_unavailable: return reaction::move_on;
    case failure_kind::context_too_long: return reaction::larger_context;
    case failure_kind::content_filtered:
      return policy.retry_content_filtered ? reaction::move_on : reaction::fail;
    case failure_kind::invalid_request:
    case failure_kind::cancelled: return reaction::fail;
  }
  return reaction::fail;
}

completion_status status_of(failure_kind kind) {
  switch (kind) {
    case failure_kind::rate_limited: return completion_status::rate_limited;
    case failure_kind::context_too_long: return completion_status::context_too_long;
    case failure_kind::content_filtered: return completion_status::content_filtered;
    case failure_kind::invalid_request: return completion_status::invalid_request;
    case failure_kind::cancelled: return completion_status::cancelled;
    default: return completion_status::upstream_failed;
  }
}

std::string seconds_text(duration d) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", to_seconds(d));
  return text;
}

} // namespace

fallback::fallback(const std::vector<candidate>& candidates, fallback_policy policy,
                   std::uint64_t seed)
    : candidates_{candidates},
      policy_{policy},
      random_{static_cast<std::minstd_rand::result_type>(seed)},
      tracks_(candidates.size()) {
  SPILLWAY_ASSERT(!candidates.empty());
}

next_step fallback::begin() const {
  return {next_step::kind::attempt, 0, {}, {}};
}

next_step fallback::on_wait(const rate::wait_forecast& forecast, duration time_left) {
  tracks_[current_].quote = forecast;
  if (forecast.estimate <= policy_.wait_max && forecast.estimate <= time_left)
    return {next_step::kind::queue, current_, {}, {}};
  note("has no room for " + seconds_text(forecast.estimate));
  worst_ = completion_status::rate_limited;
  return move_on(time_left);
}

next_step fallback::on_refusal(completion_status why, std::string text, duration time_left) {
  tracks_[current_].closed = true;
  worst_ = why;
  note(text);
  return move_on(time_left);
}

next_step fallback::on_over_budget(money::exhausted_policy policy, std::string text,
                                   std::optional<duration> opens_in, duration time_left) {
  if (opens_in && (!budget_opens_in_ || *opens_in < *budget_opens_in_))
    budget_opens_in_ = opens_in;
  if (policy == money::exhausted_policy::cheaper)
    return on_refusal(completion_status::over_budget, std::move(text), time_left);
  worst_ = completion_status::over_budget;
  note(text);
  return give_up();
}

next_step fallback::on_failure(const call_failure& failure, duration time_left) {
  track& here = tracks_[current_];
  here.quote.reset();
  ++here.calls_failed;
  worst_ = status_of(failure.kind);
  note(std::string{to_string(failure.kind)}
       + (failure.message.empty() ? "" : " (" + failure.message + ")"));
  switch (reaction_to(failure.kind, policy_)) {
    case reaction::retry: return retry_or_move(failure, time_left);
    case reaction::retry_once:
      if (here.calls_failed > 1)
        break;
      return retry_or_move(failure, time_left);
    case reaction::larger_context: skip_smaller_contexts(); break;
    case reaction::move_on: break;
    case reaction::fail: return give_up();
  }
  here.closed = true;
  return move_on(time_left);
}

next_step fallback::retry_or_move(const call_failure& failure, duration time_left) {
  track& here = tracks_[current_];
  const bool last_try = here.calls_failed >= bounds::attempts_per_candidate_max;
  // The limiter knows the pause a 429 asked for: asking it again compares that wait with the rest.
  const duration delay =
      failure.kind == failure_kind::rate_limited ? duration{} : backoff(here.calls_failed);
  const duration pause = std::max(delay, failure.retry_after.value_or(delay));
  if (last_try) {
    here.closed = true;
    return move_on(time_left);
  }
  if (failure.kind == failure_kind::rate_limited)
    return {next_step::kind::attempt, current_, {}, {}};
  if (pause > time_left || (failure.retry_after && pause > policy_.wait_max)) {
    here.closed = true;
    return move_on(time_left);
  }
  return {next_step::kind::pause, current_, pause, {}};
}

next_step fallback::move_on(duration time_left) {
  for (std::size_t i = current_ + 1; i < tracks_.size(); ++i) {
    if (tracks_[i].closed)
      continue;
    current_ = i;
    return {next_step::kind::attempt, i, {}, {}};
  }
  return queue_at_shortest(time_left);
}

next_step fallback::queue_at_shortest(duration time_left) {
  const auto wait_of = [](const track& t) {
    return t.closed || !t.quote ? duration::max() : t.quote->estimate;
  };
  const auto best = std::ranges::min_element(tracks_, {}, wait_of);
  if (wait_of(*best) > time_left)
    return give_up();
  current_ = static_cast<std::size_t>(best - tracks_.begin());
  return {next_step::kind::queue, current_, {}, {}};
}

next_step fallback::give_up() {
  return {next_step::kind::give_up, current_, {}, worst_};
}

std::optional<duration> fallback::shortest_wait() const noexcept {
  std::optional<duration> shortest = budget_opens_in_;
  for (const track& t : tracks_)
    if (t.quote && (!shortest || t.quote->estimate < *shortest))
      shortest = t.quote->estimate;
  return shortest;
}

duration fallback::backoff(int failures) {
  const duration ceiling = std::min(backoff_last, backoff_first * (1 << std::min(failures, 6)));
  std::uniform_int_distribution<std::int64_t> jitter{backoff_first.count(), ceiling.count()};
  return duration{jitter(random_)};
}

void fallback::skip_smaller_contexts() {
  const token_count too_small = candidates_[current_].model->context_max;
  for (std::size_t i = current_ + 1; i < tracks_.size(); ++i)
    if (candidates_[i].model->context_max <= too_small)
      tracks_[i].closed = true;
}

void fallback::note(const std::string& text) {
  if (!reason_.empty())
    reason_ += "; ";
  reason_ += name(current_) + ": " + text;
}

const std::string& fallback::name(std::size_t index) const {
  return candidates_[index].model->id.value;
}

} // namespace spillway::routing
