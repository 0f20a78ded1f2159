#include "core/report/trace_queue.hpp"

#include "core/assert.hpp"
#include "core/bounds.hpp"

#include <algorithm>

namespace spillway::report {
namespace {

// Retries go on for ever and jittered: an outage of an hour must not lose a trace, and its end must
// not meet a storm.
constexpr duration backoff_first = std::chrono::milliseconds{500};
constexpr duration backoff_last = std::chrono::seconds{60};
constexpr int doublings_max = 7;
/// Keys are changed by people.
constexpr duration no_access_pause = std::chrono::minutes{1};
/// More single traces refused with none accepted between them: it is the receiver that is wrong,
/// and it must not be fed with all we have.
constexpr int refusals_in_a_row_max = 3;

} // namespace

trace_queue::trace_queue(options o)
    : options_{o},
      random_{static_cast<std::minstd_rand::result_type>(o.seed)},
      batch_limit_{std::max<std::size_t>(o.batch_max, 1)} {
}

void trace_queue::note_waiting(std::size_t count, mono_time now) {
  if (waiting_ == 0)
    oldest_at_ = now;
  waiting_ = count;
}

std::optional<mono_time> trace_queue::due() const {
  if (out_ || (waiting_ == 0 && !hurried_))
    return std::nullopt;
  const bool at_once = hurried_ || waiting_ >= options_.flush_at;
  return std::max(at_once ? oldest_at_ : oldest_at_ + options_.flush_interval, not_before_);
}

void trace_queue::hurry() {
  hurried_ = true;
}

std::size_t trace_queue::begin() {
  SPILLWAY_ASSERT(!out_);
  out_ = true;
  return batch_limit_;
}

void trace_queue::find_empty() {
  out_ = false;
  waiting_ = 0;
  hurried_ = false;
}

void trace_queue::acknowledge(std::size_t count, mono_time now) {
  out_ = false;
  waiting_ -= std::min(count, waiting_);
  failures_in_a_row_ = 0;
  refused_in_a_row_ = 0;
  batch_limit_ = std::min(std::max<std::size_t>(options_.batch_max, 1), batch_limit_ * 2);
  oldest_at_ = now;
}

bool trace_queue::fail(export_failure why, std::size_t count, std::optional<duration> retry_after,
                       mono_time now) {
  out_ = false;
  if (why == export_failure::retry || why == export_failure::no_access) {
    const duration own = why == export_failure::retry ? backoff() : no_access_pause;
    const duration asked =
        std::min<duration>(retry_after.value_or(duration{}), bounds::retry_after_max);
    not_before_ = now + std::max(own, asked);
    return false;
  }
  // The search for a culprit goes on at once, whatever else waits for company.
  oldest_at_ = now - options_.flush_interval;
  if (count > 1) {
    batch_limit_ = std::max<std::size_t>(count / 2, 1);
    return false;
  }
  if (why == export_failure::malformed && ++refused_in_a_row_ > refusals_in_a_row_max)
    not_before_ = now + no_access_pause;
  return true;
}

duration trace_queue::backoff() {
  const int doublings = std::min(failures_in_a_row_++, doublings_max);
  const duration ceiling = std::min(backoff_last, backoff_first * (1 << doublings));
  std::uniform_int_distribution<std::int64_t> jitter{ceiling.count() / 2, ceiling.count()};
  return duration{jitter(random_)};
}

} // namespace spillway::report
