#include "core/alerts/delivery_queue.hpp"

#include "core/bounds.hpp"

#include <algorithm>

namespace spillway::alerts {
namespace {

constexpr duration backoff_first = std::chrono::seconds{1};
constexpr duration backoff_last = std::chrono::minutes{5};
constexpr int doublings_max = 9;

} // namespace

delivery_queue::delivery_queue(std::uint64_t seed)
    : random_{static_cast<std::minstd_rand::result_type>(seed)} {
}

std::optional<numbered_notice> delivery_queue::push(numbered_notice n) {
  waiting_.push_back(std::move(n));
  if (waiting_.size() <= bounds::alert_outbox_max)
    return std::nullopt;
  const auto oldest = waiting_.begin() + (out_ ? 1 : 0);
  numbered_notice gone = std::move(*oldest);
  waiting_.erase(oldest);
  return gone;
}

std::vector<numbered_notice> delivery_queue::take_stale(wall_time now) {
  const auto first = waiting_.begin() + (out_ ? 1 : 0);
  const auto fresh = std::stable_partition(first, waiting_.end(), [&](const numbered_notice& n) {
    return now - n.what->at > bounds::alert_age_max;
  });
  std::vector<numbered_notice> stale{first, fresh};
  waiting_.erase(first, fresh);
  return stale;
}

std::optional<mono_time> delivery_queue::due() const {
  if (out_ || waiting_.empty())
    return std::nullopt;
  return not_before_;
}

const numbered_notice& delivery_queue::begin() {
  SPILLWAY_ASSERT(!out_ && !waiting_.empty());
  out_ = true;
  return waiting_.front();
}

const numbered_notice& delivery_queue::current() const {
  SPILLWAY_ASSERT(out_);
  return waiting_.front();
}

numbered_notice delivery_queue::finish(bool taken) {
  SPILLWAY_ASSERT(out_);
  out_ = false;
  if (taken)
    failures_in_a_row_ = 0;
  numbered_notice done = std::move(waiting_.front());
  waiting_.pop_front();
  return done;
}

void delivery_queue::put_back(std::optional<duration> retry_after, mono_time now) {
  SPILLWAY_ASSERT(out_);
  out_ = false;
  const duration asked = std::min<duration>(retry_after.value_or(duration{}),
                                            bounds::retry_after_max);
  not_before_ = now + std::max(backoff(), asked);
}

duration delivery_queue::backoff() {
  const int doublings = std::min(failures_in_a_row_++, doublings_max);
  const duration ceiling = std::min(backoff_last, backoff_first * (1 << doublings));
  std::uniform_int_distribution<std::int64_t> jitter{ceiling.count() / 2, ceiling.count()};
  return duration{jitter(random_)};
}

} // namespace spillway::alerts
