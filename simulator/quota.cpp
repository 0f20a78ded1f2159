#include "simulator/quota.hpp"

#include "core/assert.hpp"

#include <algorithm>

namespace spillway::simulator {
namespace {

constexpr duration minute = std::chrono::minutes{1};
constexpr duration day = std::chrono::hours{24};

/// True if `a` keeps the caller out longer than `b`; an absent wait is for ever.
bool outlasts(const quota_refusal& a, const quota_refusal& b) noexcept {
  if (!a.retry_after || !b.retry_after)
    return !a.retry_after && b.retry_after;
  return *a.retry_after > *b.retry_after;
}

void keep_longer(std::optional<quota_refusal>& worst, std::optional<quota_refusal> next) {
  if (next && (!worst || outlasts(*next, *worst)))
    worst = next;
}

} // namespace

std::int64_t charge_of(charge_formula formula, token_count input,
                       std::optional<token_count> output_max) {
  const token_count output = output_max.value_or(token_count{});
  switch (formula) {
    case charge_formula::input_plus_output_max: return (input + output).value();
    case charge_formula::larger_of_input_output_max: return std::max(input, output).value();
    case charge_formula::input_only: return input.value();
  }
  SPILLWAY_ASSERT(!"a charge_formula outside the enumeration");
}

quota::quota(quota_rules rules, instant started)
    : rules_{rules},
      minute_requests_{make_limit(rate::dimension::requests_per_minute, rules.requests_per_minute,
                                  rules.window, minute)},
      day_requests_{make_day_limit(rules, started)},
      minute_tokens_{make_limit(rate::dimension::tokens_per_minute, rules.tokens_per_minute,
                                rules.window, minute)},
      minute_input_{make_limit(rate::dimension::input_tokens_per_minute,
                               rules.input_tokens_per_minute, rules.window, minute)},
      minute_output_{make_limit(rate::dimension::output_tokens_per_minute,
                                rules.output_tokens_per_minute, rules.window, minute)} {
  SPILLWAY_ASSERT(rules.concurrent_requests.value_or(0) >= 0);
}

quota::limit quota::make_limit(rate::dimension which, std::optional<std::int64_t> allowed,
                               window_kind kind, duration period) {
  SPILLWAY_ASSERT(allowed.value_or(0) >= 0);
  limit l{which, allowed.value_or(0), nullptr, 0, allowed.has_value()};
  if (l.allowed > 0)
    l.window = make_usage_window(kind, l.allowed, period);
  return l;
}

quota::limit quota::make_day_limit(const quota_rules& rules, instant started) {
  limit l =
      make_limit(rate::dimension::requests_per_day, rules.requests_per_day, rules.window, day);
  if (l.window && !rules.day_zone.empty())
    l.window = make_civil_day_window(rules.day_zone, l.allowed, started);
  return l;
}

std::optional<quota_refusal> quota::check(const limit& l, std::int64_t amount, mono_time now) {
  if (!l.enforced)
    return std::nullopt;
  const std::int64_t used = l.window ? l.window->used(now) : 0;
  if (amount > l.allowed)
    return quota_refusal{l.which, l.allowed, used, amount, std::nullopt};
  const duration wait = l.window ? l.window->wait_for(amount, now) : duration::zero();
  if (wait == duration::zero())
    return std::nullopt;
  return quota_refusal{l.which, l.allowed, used, amount, wait};
}

std::optional<quota_refusal> quota::check_concurrency() const {
  const auto allowed = rules_.concurrent_requests;
  if (!allowed || in_flight_ < *allowed)
    return std::nullopt;
  const auto wait = *allowed > 0 ? std::optional{duration::zero()} : std::nullopt;
  return quota_refusal{rate::dimension::concurrent_requests, *allowed, in_flight_, 1, wait};
}

std::optional<quota_refusal> quota::worst_refusal(const arrival_charge& charge,
                                                  mono_time now) const {
  std::optional<quota_refusal> worst = check_concurrency();
  keep_longer(worst, check(minute_requests_, 1, now));
  keep_longer(worst, check(day_requests_, 1, now));
  keep_longer(worst, check(minute_tokens_, charge.tokens, now));
  keep_longer(worst, check(minute_input_, charge.input, now));
  keep_longer(worst, check(minute_output_, 1, now));
  return worst;
}

void quota::take(limit& l, std::int64_t amount, mono_time now) {
  if (!l.window)
    return;
  l.window->take(amount, now);
  l.most = std::max(l.most, l.window->used(now));
}

void quota::count_failed_request(mono_time now) {
  for (limit* l : {&minute_requests_, &day_requests_})
    if (!check(*l, 1, now))
      take(*l, 1, now);
}

std::optional<quota_refusal> quota::admit(const arrival_charge& charge, mono_time now) {
  SPILLWAY_ASSERT(charge.tokens >= 0 && charge.input >= 0);
  take_owed(now);
  if (auto refusal = worst_refusal(charge, now)) {
    if (rules_.failed_requests_count)
      count_failed_request(now);
    return refusal;
  }
  take(minute_requests_, 1, now);
  take(day_requests_, 1, now);
  take(minute_tokens_, charge.tokens, now);
  take(minute_input_, charge.input, now);
  most_in_flight_ = std::max(most_in_flight_, ++in_flight_);
  return std::nullopt;
}

void quota::produce(std::int64_t tokens, mono_time now) {
  output_owed_ += minute_output_.window ? tokens : 0;
  take_owed(now);
}

void quota::take_owed(mono_time now) {
  if (!minute_output_.window)
    return;
  const std::int64_t room = minute_output_.allowed - minute_output_.window->used(now);
  const std::int64_t taken = std::min(output_owed_, room);
  take(minute_output_, taken, now);
  output_owed_ -= taken;
}

void quota::finish() {
  SPILLWAY_ASSERT(in_flight_ > 0);
  --in_flight_;
}

std::optional<quota_standing> quota::standing(const limit& l, mono_time now) {
  if (!l.enforced)
    return std::nullopt;
  if (!l.window)
    return quota_standing{};
  return quota_standing{l.allowed, l.allowed - l.window->used(now), l.window->full_in(now)};
}

std::optional<quota_standing> quota::requests_standing(mono_time now) {
  return standing(day_requests_.enforced ? day_requests_ : minute_requests_, now);
}

std::optional<quota_standing> quota::tokens_standing(mono_time now) {
  return standing(minute_tokens_, now);
}

std::optional<quota_standing> quota::input_standing(mono_time now) {
  return standing(minute_input_, now);
}

std::optional<quota_standing> quota::output_standing(mono_time now) {
  return standing(minute_output_, now);
}

} // namespace spillway::simulator
