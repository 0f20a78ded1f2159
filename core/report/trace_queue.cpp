#include "core/report/trace_queue.hpp"

#include "core/bounds.hpp"

#include <algorithm>

namespace spillway::report {
namespace {

// Retries go on for ever and jittered: an outage of an hour must not lose a trace, and its end must
// not meet a storm.
constexpr duration backoff_first = std::chrono::milliseconds{500};
constexpr duration backoff_last = std::chrono::seconds{60};
constexpr int doublings_max = 7;

} // namespace

trace_queue::trace_queue(options o)
    : options_{o},
      random_{static_cast<std::minstd_rand::result_type>(o.seed)},
      batch_limit_{std::max<std::size_t>(o.batch_max, 1)} {
}

bool trace_queue::push(item generation, mono_time now) {
  if (waiting_.empty())
    oldest_at_ = now;
  waiting_.push_back(std::move(generation));
  if (pending() <= bounds::trace_queue_max)
    return true;
  waiting_.pop_front();
  ++dead_;
  return false;
}

std::optional<mono_time> trace_queue::due() const {
  if (!in_flight_.empty() || waiting_.empty())
    return std::nullopt;
  const bool at_once = hurried_ || waiting_.size() >= options_.flush_at;
  return std::max(at_once ? oldest_at_ : oldest_at_ + options_.flush_interval, not_before_);
}

void trace_queue::hurry() {
  hurried_ = true;
}

std::vector<trace_queue::item> trace_queue::take_batch() {
  SPILLWAY_ASSERT(in_flight_.empty() && !waiting_.empty());
  const std::size_t count = std::min(batch_limit_, waiting_.size());
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
  in_flight_.assign(waiting_.begin(), end);
  waiting_.erase(waiting_.begin(), end);
  return in_flight_;
}

void trace_queue::acknowledge(mono_time now) {
  delivered_ += in_flight_.size();
  in_flight_.clear();
  failures_in_a_row_ = 0;
  batch_limit_ = std::min(std::max<std::size_t>(options_.batch_max, 1), batch_limit_ * 2);
  oldest_at_ = now;
  hurried_ = hurried_ && !waiting_.empty();
}

void trace_queue::fail(export_failure why, std::optional<duration> retry_after, mono_time now) {
  const std::size_t sent = in_flight_.size();
  if (why == export_failure::retry) {
    put_back();
    not_before_ = now + std::max(backoff(), retry_after.value_or(duration{}));
    return;
  }
  if (sent == 1) {
    in_flight_.clear();
    ++dead_;
    return;
  }
  put_back();
  batch_limit_ = std::max<std::size_t>(sent / 2, 1);
  hurried_ = true;
}

void trace_queue::put_back() {
  waiting_.insert(waiting_.begin(), in_flight_.begin(), in_flight_.end());
  in_flight_.clear();
}

duration trace_queue::backoff() {
  const int doublings = std::min(failures_in_a_row_++, doublings_max);
  const duration ceiling = std::min(backoff_last, backoff_first * (1 << doublings));
  std::uniform_int_distribution<std::int64_t> jitter{ceiling.count() / 2, ceiling.count()};
  return duration{jitter(random_)};
}

} // namespace spillway::report
