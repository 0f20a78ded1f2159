#include "core/routing/fallback.hpp"

#include "core/bounds.hpp"
#include "core/routing/key_bench.hpp"

#include <algorithm>
#include <cstdio>

namespace spillway::routing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// What the vendors' own SDKs do: 0.5 s doubling to 8 s. Source: openai-python _constants.py,
// anthropic-sdk-python _constants.py (2026-08). The jitter is full: whoever failed together must
// not come back together.
constexpr duration backoff_first = milliseconds{500};
constexpr duration backoff_last = seconds{8};

/// A target that took this long to fail would cost as much again; the next one is tried first.
constexpr duration slow_failure = seconds{2};

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

/// "2.5 s", "34 min", "5 h 12 min", "3 days".
std::string text_of(duration d) {
  using namespace std::chrono;
  char text[32];
  if (d < 2min)
    std::snprintf(text, sizeof text, "%.1f s", to_seconds(d));
  else if (const long long whole = ceil<minutes>(d).count(); whole < 120)
    std::snprintf(text, sizeof text, "%lld min", whole);
  else if (whole < 48 * 60)
    std::snprintf(text, sizeof text, "%lld h %lld min", whole / 60, whole % 60);
  else
    std::snprintf(text, sizeof text, "%lld days", (whole + 24 * 60 - 1) / (24 * 60));
  return text;
}

/// All digits there are: a cap or a price may be a fraction of a cent.
std::string dollars(nano_usd amount) {
  return "$" + to_decimal_usd(amount);
}

/// "500 requests per minute".
std::string limit_text(const rate::dimension_usage& use) {
  std::string what = rate::to_string(use.which);
  std::ranges::replace(what, '_', ' ');
  return std::to_string(use.limit) + " " + what;
}

/// "500 of 500 requests per minute are used".
std::string text_of(const rate::dimension_usage& use) {
  return std::to_string(use.used) + " of " + limit_text(use) + " are used";
}

} // namespace

fallback::fallback(const std::vector<candidate>& candidates, fallback_policy policy,
                   std::uint64_t seed)
    : candidates_{candidates},
      policy_{policy},
      random_{static_cast<std::minstd_rand::result_type>(seed)},
      tracks_(candidates.size()) {
  SPILLWAY_ASSERT(!candidates.empty());
  here().tried = true;
}

next_step fallback::begin() const {
  return {next_step::kind::attempt, 0, {}, {}, false};
}

next_step fallback::on_wait(const rate::wait_forecast& forecast, duration time_left,
                            const std::optional<rate::dimension_usage>& in_the_way) {
  here().quote = forecast;
  here().again = ticket(next_step::kind::queue, forecast.estimate, time_left);
  note(standing::no_room, "has no room for " + text_of(forecast.estimate)
                              + (in_the_way ? ": " + text_of(*in_the_way) : ""));
  worst_ = completion_status::rate_limited;
  const auto untried = next_untried();
  if (untried && model(*untried) == model(current_))
    return move_on(time_left);
  const auto best = shortest_queue_of(model(current_));
  if (best && tracks_[*best].again->wait <= std::min(policy_.wait_max, time_left))
    return go_to(*best, *tracks_[*best].again, time_left);
  return move_on(time_left);
}

next_step fallback::on_closed(duration opens_in, duration time_left) {
  here().again = ticket(next_step::kind::pause, opens_in + backoff(0), time_left);
  worst_ = completion_status::upstream_failed;
  note(standing::failing,
       "failed too often just now; it is tried again in " + text_of(opens_in));
  return move_on(time_left);
}

next_step fallback::on_no_retry(duration time_left) {
  note(standing::failed, "too many calls there are retries already");
  return close_and_move_on(time_left);
}

next_step fallback::on_refusal(completion_status why, std::string text, duration time_left) {
  worst_ = why;
  note(standing::refused, text);
  return close_and_move_on(time_left);
}

next_step fallback::on_too_large(duration time_left,
                                 const std::optional<rate::dimension_usage>& in_the_way) {
  const std::string limit = in_the_way ? limit_text(*in_the_way) : "its limit";
  return on_refusal(completion_status::rate_limited,
                    "needs " + std::to_string(candidates_[current_].charge.value())
                        + " tokens, more than " + limit
                        + " ever allow; lower max_tokens or raise the tier",
                    time_left);
}

next_step fallback::on_over_budget(const money::spend_decision& decision, wall_time now,
                                   duration time_left) {
  const bool opens = decision.opens_at < wall_time::max() && decision.opens_at > now;
  const duration opens_in = opens ? decision.opens_at - now : duration{};
  if (opens && (!budget_opens_in_ || opens_in < *budget_opens_in_))
    budget_opens_in_ = opens_in;
  worst_ = completion_status::over_budget;
  std::string text = "costs up to " + dollars(candidates_[current_].worst_cost)
                     + ", and " + decision.account + " has "
                     + dollars(std::max(decision.headroom, nano_usd{0})) + " of "
                     + dollars(decision.limit) + " left";
  if (opens)
    text += "; it begins anew in " + text_of(opens_in);
  note(standing::over_budget, text);
  if (decision.on_exhausted != money::exhausted_policy::cheaper)
    return give_up();
  return close_and_move_on(time_left);
}

next_step fallback::on_over_max_cost(nano_usd left, duration time_left) {
  // Where another candidate could serve after a wait, that is what the caller can act on.
  worst_ = worst_.value_or(completion_status::over_max_cost);
  const candidate& c = candidates_[current_];
  note(standing::over_budget,
       "costs up to " + dollars(c.least_cost.value_or(c.worst_cost))
           + ", more than the request's own maximum of " + dollars(left)
           + "; raise it or lower max_tokens");
  return close_and_move_on(time_left);
}

next_step fallback::on_failure(const call_failure& failure, duration took, duration time_left) {
  here().quote.reset();
  here().again.reset();
  ++here().calls_failed;
  worst_ = status_of(failure.kind);
  note(standing::failed, std::string{to_string(failure.kind)}
                             + (failure.message.empty() ? "" : " (" + failure.message + ")"));
  here().asked = failure.retry_after;
  if (condemns_key(failure))
    close_key(candidates_[current_].key);
  switch (reaction_to(failure.kind, policy_)) {
    case reaction::retry: return retry_or_move(failure, took, time_left);
    case reaction::retry_once:
      if (here().calls_failed > 1)
        break;
      return retry_or_move(failure, took, time_left);
    case reaction::larger_context: close_smaller_contexts(); break;
    case reaction::move_on: break;
    case reaction::fail: return give_up();
  }
  return close_and_move_on(time_left);
}

next_step fallback::retry_or_move(const call_failure& failure, duration took, duration time_left) {
  if (here().calls_failed >= bounds::attempts_per_candidate_max)
    return close_and_move_on(time_left);
  // The limiter knows the pause a 429 asked for: asking it again compares that wait with the rest.
  // A vendor that says when to come again is obeyed; that is no retry in need of a budget.
  if (failure.kind == failure_kind::rate_limited)
    return {next_step::kind::attempt, current_, {}, {}, !failure.retry_after};
  const duration delay = backoff(here().calls_failed);
  const duration wait = std::max(delay, failure.retry_after.value_or(delay));
  if (wait > time_left)
    return close_and_move_on(time_left);
  return_ticket back = ticket(next_step::kind::pause, wait, time_left);
  back.is_retry = true;
  const bool too_long = failure.retry_after && wait > policy_.wait_max;
  if (!too_long && (took < slow_failure || !next_untried()))
    return go_to(current_, back, time_left);
  here().again = back;
  return move_on(time_left);
}

next_step fallback::move_on(duration time_left) {
  const auto next = next_untried();
  if (!next)
    return come_back(time_left);
  current_ = *next;
  here().tried = true;
  return {next_step::kind::attempt, current_, {}, {}, false};
}

/// Every candidate has been tried: which can be used soonest?
next_step fallback::come_back(duration time_left) {
  const auto wait_of = [](const track& t) {
    return t.closed || !t.again ? duration::max() : t.again->wait;
  };
  const auto best = std::ranges::min_element(tracks_, {}, wait_of);
  if (wait_of(*best) > time_left)
    return give_up();
  return go_to(static_cast<std::size_t>(best - tracks_.begin()), *best->again, time_left);
}

next_step fallback::go_to(std::size_t index, const return_ticket& ticket, duration time_left) {
  if (++steps_ > bounds::walk_steps_max)
    return give_up();
  const return_ticket use = ticket;
  current_ = index;
  here().again.reset();
  const duration delay = std::max(time_left - use.ready_at_left, duration{});
  return {use.how, index, use.how == next_step::kind::pause ? delay : duration{}, {},
          use.is_retry};
}

next_step fallback::close_and_move_on(duration time_left) {
  here().closed = true;
  return move_on(time_left);
}

next_step fallback::give_up() const {
  return {next_step::kind::give_up, current_, {},
          worst_.value_or(completion_status::rate_limited), false};
}

void fallback::on_answer() {
  here().now = standing::answered;
}

void fallback::on_broken_answer(const call_failure& failure) {
  note(standing::failed, "broke off in the middle of its reply: " + failure.message);
}

void fallback::record(plan& p) const {
  if (tracks_[current_].now == standing::answered)
    p.chosen = current_;
  for (std::size_t i = 0; i < std::min(tracks_.size(), p.models.size()); ++i) {
    considered_model& row = p.models[i];
    row.now = tracks_[i].now;
    row.text = tracks_[i].text;
    row.wait = tracks_[i].quote;
    const bool was_called = tracks_[i].calls_failed > 0 || row.now == standing::answered;
    if (was_called && !row.wait)
      row.wait = rate::wait_forecast{}; // it had room at once
  }
}

std::vector<tried_model> fallback::tried_before_answer() const {
  std::vector<tried_model> out;
  for (std::size_t i = 0; i < tracks_.size(); ++i)
    if (i == current_)
      out.push_back({model(i), standing::answered});
    else if (was_tried(tracks_[i].now))
      out.push_back({model(i), tracks_[i].now});
  return out;
}

std::optional<duration> fallback::shortest_wait() const noexcept {
  std::optional<duration> shortest = budget_opens_in_;
  if (!shortest)
    for (const track& t : tracks_)
      if (t.asked && (!shortest || *t.asked < *shortest))
        shortest = t.asked;
  for (const track& t : tracks_)
    if (!t.closed && t.again && (!shortest || t.again->wait < *shortest))
      shortest = t.again->wait;
  return shortest;
}

std::optional<std::size_t> fallback::next_untried() const {
  for (std::size_t i = 0; i < tracks_.size(); ++i)
    if (!tracks_[i].tried && !tracks_[i].closed)
      return i;
  return std::nullopt;
}

std::optional<std::size_t> fallback::shortest_queue_of(const model_id& id) const {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    const track& t = tracks_[i];
    if (t.closed || !t.again || t.again->how != next_step::kind::queue || model(i) != id)
      continue;
    if (!best || t.again->wait < tracks_[*best].again->wait)
      best = i;
  }
  return best;
}

fallback::return_ticket fallback::ticket(next_step::kind how, duration wait,
                                         duration time_left) const {
  return {how, wait, time_left - wait, false};
}

duration fallback::backoff(int failures) {
  const duration ceiling = std::min(backoff_last, backoff_first * (1 << std::min(failures, 6)));
  std::uniform_int_distribution<std::int64_t> jitter{0, ceiling.count()};
  return duration{jitter(random_)};
}

void fallback::close_key(const key_id& key) {
  for (std::size_t i = 0; i < tracks_.size(); ++i)
    if (!key.empty() && candidates_[i].key == key)
      tracks_[i].closed = true;
}

void fallback::close_smaller_contexts() {
  const token_count too_small = candidates_[current_].model->context_max;
  for (std::size_t i = 0; i < tracks_.size(); ++i)
    if (candidates_[i].model->context_max <= too_small)
      tracks_[i].closed = true;
}

void fallback::note(standing now, const std::string& text) {
  here().now = now;
  here().text = text;
}

std::string fallback::reason() const {
  std::vector<std::string> said; // keys of one model often fail alike
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    const track& t = tracks_[i];
    if (t.text.empty())
      continue;
    const std::string calls =
        t.calls_failed > 1 ? " (" + std::to_string(t.calls_failed) + " calls)" : "";
    std::string line = model(i).value + ": " + t.text + calls;
    if (std::ranges::find(said, line) == said.end())
      said.push_back(std::move(line));
  }
  std::string out;
  for (const std::string& line : said)
    out += (out.empty() ? "" : "; ") + line;
  return out;
}

} // namespace spillway::routing
