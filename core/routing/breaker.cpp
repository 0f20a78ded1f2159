#include "core/routing/breaker.hpp"

#include "core/bounds.hpp"

#include <algorithm>

namespace spillway::routing {

health health_after(const call_failure& failure) noexcept {
  switch (failure.kind) {
    case failure_kind::unreachable:
    case failure_kind::timed_out: return health::silent;
    case failure_kind::interrupted:
    case failure_kind::overloaded:
    case failure_kind::malformed_reply: return health::ill;
    case failure_kind::model_unavailable: return health::gone;
    // A 403 is about this model or region; a key that does not work at all is benched elsewhere.
    case failure_kind::unauthorized:
      return failure.http_status == 403 ? health::gone : health::well;
    case failure_kind::cancelled: return health::unknown;
    case failure_kind::conflict:
    case failure_kind::rate_limited:
    case failure_kind::quota_exhausted:
    case failure_kind::context_too_long:
    case failure_kind::content_filtered:
    case failure_kind::invalid_request: return health::well;
  }
  return health::unknown;
}

namespace {

/// Two calls in a row that nobody answers are an outage, and each one costs its caller a timeout.
constexpr int silent_weight = 3;

} // namespace

breaker::breaker(std::uint64_t seed)
    : random_{static_cast<std::minstd_rand::result_type>(seed)},
      open_for_{bounds::breaker_open_first} {
}

std::optional<duration> breaker::blocked_for(mono_time now) const {
  if (!open_until_)
    return std::nullopt;
  if (now < *open_until_)
    return *open_until_ - now;
  if (!probe_ || now - probe_since_ >= bounds::breaker_probe_patience)
    return std::nullopt;
  return bounds::breaker_probe_look;
}

std::optional<duration> breaker::admit(lease_id call, mono_time now) {
  const auto wait = blocked_for(now);
  if (!wait && open_until_) {
    probe_ = call;
    probe_since_ = now;
  }
  return wait;
}

void breaker::on_end(lease_id call, health h, std::optional<duration> retry_after, mono_time now) {
  if (open_until_ && call != probe_)
    return;
  probe_ = {};
  switch (h) {
    case health::unknown: return;
    case health::well:
      failures_ = 0;
      open_until_.reset();
      open_for_ = bounds::breaker_open_first;
      return;
    case health::gone: return open(bounds::breaker_open_gone, now);
    case health::ill:
    case health::silent:
      failures_ += h == health::silent ? silent_weight : 1;
      if (open_until_ || failures_ >= bounds::breaker_failures_max)
        open(retry_after.value_or(duration{}), now);
      return;
  }
}

void breaker::open(duration least, mono_time now) {
  // Half to whole: processes that saw the same outage must not all probe at the same moment.
  std::uniform_int_distribution<std::int64_t> jitter{open_for_.count() / 2, open_for_.count()};
  open_until_ = now + std::max(duration{jitter(random_)}, least);
  open_for_ = std::min<duration>(open_for_ * 2, bounds::breaker_open_most);
  failures_ = 0;
}

} // namespace spillway::routing
