#include "core/routing/retry_budget.hpp"

#include "core/bounds.hpp"

#include <algorithm>

namespace spillway::routing {
namespace {

constexpr std::int64_t one_retry = 100;

} // namespace

void retry_budget::on_call(mono_time now) {
  refill(now);
  hundredths_ = std::min(hundredths_ + bounds::retry_share_percent,
                         bounds::retries_saved_max * one_retry);
}

bool retry_budget::take(mono_time now) {
  refill(now);
  if (hundredths_ < one_retry)
    return false;
  hundredths_ -= one_retry;
  return true;
}

/// What comes by itself fills the bucket up to the minimum alone.
void retry_budget::refill(mono_time now) {
  constexpr std::int64_t least = bounds::retries_least * one_retry;
  if (hundredths_ < 0) {
    hundredths_ = least;
    filled_at_ = now;
  }
  constexpr duration each = duration{bounds::retries_least_every} / one_retry;
  const std::int64_t earned = (now - filled_at_) / each;
  filled_at_ += earned * each;
  if (hundredths_ < least)
    hundredths_ = std::min(hundredths_ + earned, least);
}

} // namespace spillway::routing
