#include "core/rate/pacer.hpp"

#include <algorithm>

namespace spillway::rate {
namespace {

constexpr std::int64_t burst_share = 20; ///< the burst is limit / burst_share

/// How long `amount` takes to be refilled, rounded up.
duration refill(std::int64_t amount, std::int64_t limit) {
  constexpr __int128 minute_ns = 60'000'000'000;
  return duration{static_cast<std::int64_t>((minute_ns * amount + limit - 1) / limit)};
}

} // namespace

mono_time pacer::ready_at(std::int64_t amount, std::int64_t limit, mono_time now) const {
  const std::int64_t burst = std::max<std::int64_t>(limit / burst_share, 1);
  const std::int64_t spare = std::max<std::int64_t>(burst - amount, 0);
  return full_at_ <= now ? now : std::max(now, full_at_ - refill(spare, limit));
}

void pacer::take(std::int64_t amount, std::int64_t limit, mono_time now) {
  full_at_ = std::max(full_at_, now) + refill(amount, limit);
}

} // namespace spillway::rate
