#include "core/alerts/call_health.hpp"

#include <algorithm>
#include <cmath>

namespace spillway::alerts {
namespace {

/// Steps of a quarter: 64 of them reach from a millisecond to half an hour.
constexpr double wait_step = 1.25;

std::int64_t minute_of(wall_time t) {
  return to_unix_nanos(t) / duration{std::chrono::minutes{1}}.count();
}

double share(std::int64_t part, std::int64_t all) {
  return all == 0 ? 0 : static_cast<double>(part) / static_cast<double>(all);
}

} // namespace

call_result result_of(const std::optional<call_failure>& failure) noexcept {
  if (!failure)
    return call_result::answered;
  switch (failure->kind) {
    case failure_kind::rate_limited: return call_result::rate_limited;
    case failure_kind::unreachable:
    case failure_kind::interrupted:
    case failure_kind::timed_out:
    case failure_kind::overloaded:
    case failure_kind::conflict:
    case failure_kind::quota_exhausted:
    case failure_kind::unauthorized:
    case failure_kind::model_unavailable:
    case failure_kind::malformed_reply: return call_result::failed;
    default: return call_result::no_matter;
  }
}

std::size_t call_health::step_of(duration waited) {
  const double ms = to_seconds(waited) * 1000;
  if (ms < 1)
    return 0;
  const double step = 1 + std::floor(std::log(ms) / std::log(wait_step));
  return static_cast<std::size_t>(std::min(step, static_cast<double>(wait_steps - 1)));
}

duration call_health::end_of(std::size_t step) {
  const double ms = step == 0 ? 0 : std::pow(wait_step, static_cast<double>(step));
  return std::chrono::nanoseconds{static_cast<std::int64_t>(ms * 1e6)};
}

call_health::bin& call_health::bin_of(std::int64_t minute) {
  bin& b = bins_[static_cast<std::size_t>(minute) % bins_.size()];
  if (b.minute != minute) {
    b = {};
    b.minute = minute;
  }
  return b;
}

void call_health::record(call_result result, duration waited, wall_time now) {
  if (result == call_result::no_matter)
    return;
  last_call_ = std::max(last_call_, minute_of(now));
  bin& b = bin_of(last_call_);
  ++b.calls;
  b.failed += result == call_result::failed ? 1 : 0;
  b.rejected += result == call_result::rate_limited ? 1 : 0;
  ++b.waits[step_of(waited)];
}

call_health::bin call_health::sum(std::int64_t last, std::int64_t count) const {
  bin out;
  for (const bin& b : bins_) {
    if (b.minute > last || b.minute <= last - count)
      continue;
    out.calls += b.calls;
    out.failed += b.failed;
    out.rejected += b.rejected;
    for (std::size_t i = 0; i < wait_steps; ++i)
      out.waits[i] += b.waits[i];
  }
  return out;
}

duration call_health::quantile_95(const bin& b) const {
  const std::int64_t beyond = b.calls / 20;
  std::int64_t above = 0;
  for (std::size_t step = wait_steps; step-- > 0;) {
    above += b.waits[step];
    if (above > beyond)
      return end_of(step);
  }
  return {};
}

call_health::changes call_health::judge(wall_time now) {
  const std::int64_t last = minute_of(now) - 1;
  if (last <= judged_)
    return {};
  judged_ = last;
  const bin one = sum(last, 1);
  const bin five = sum(last, 5);
  rejected_ = sum(last, 10).rejected;
  const bool proves = five.calls >= options_.calls_min;
  const double longer = proves ? share(five.failed, five.calls) : 0;
  // To begin, the last minute must agree: what is over already needs no alert. To end, the longer
  // window alone decides: a single good minute proves little.
  error_share_ = errors_.holds() ? longer : std::min(longer, share(one.failed, one.calls));
  p95_ = proves ? quantile_95(five) : duration{};
  return {
      errors_.observe(error_share_, options_.error_share),
      rejections_.observe(static_cast<double>(rejected_), static_cast<double>(options_.rejections)),
      waits_.observe(to_seconds(p95_), to_seconds(options_.wait_p95))};
}

bool call_health::is_awake(wall_time now) const noexcept {
  constexpr std::int64_t memory = static_cast<std::int64_t>(minutes) + 3;
  const bool recent = last_call_ >= 0 && minute_of(now) - last_call_ <= memory;
  return recent || errors_.holds() || rejections_.holds() || waits_.holds();
}

} // namespace spillway::alerts
