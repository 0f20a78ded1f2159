#include "core/rate/learning.hpp"

#include <algorithm>
#include <chrono>

namespace spillway::rate {
namespace {

using namespace std::chrono_literals;

/// One refusal takes this share off the limit, at least one.
constexpr std::int64_t shrink_share = 200;
/// Refusals never take more than this share of the limit: beyond it the cause is not our counting.
constexpr std::int64_t shrink_share_max = 2;
/// So long without a refusal gives one step back.
constexpr duration step_back_after = 1h;
/// So long without a refusal ends the pacing.
constexpr duration pace_for = 24h;
/// Weight of the newest sample of foreign use is one in so many.
constexpr std::int64_t sample_weight = 8;
/// Mean and deviation are kept in fractions, or small samples would round to nothing.
constexpr std::int64_t fraction = 256;
/// What others used has left every minute's window after this.
constexpr duration foreign_memory = 60s;

} // namespace

std::int64_t window_learner::shrink_step() const noexcept {
  return std::max<std::int64_t>(largest() / shrink_share, 1);
}

std::int64_t window_learner::shrink(mono_time now) const noexcept {
  if (shrink_ == 0 || now <= refused_at_)
    return shrink_;
  return std::max<std::int64_t>(shrink_ - (now - refused_at_) / step_back_after * shrink_step(), 0);
}

std::int64_t window_learner::limit(mono_time now) const noexcept {
  return largest() - shrink(now);
}

bool window_learner::hear_limit(std::int64_t announced) {
  if (announced < 0)
    return false;
  const std::int64_t before = largest();
  if (announced < configured_)
    announced_ = announced;
  else
    announced_.reset();
  return largest() < before;
}

void window_learner::hear_foreign(std::int64_t used, mono_time sent_at, mono_time now) {
  if (sent_at < newest_)
    return;
  newest_ = sent_at;
  const std::int64_t sample = std::clamp<std::int64_t>(used, 0, largest());
  if (now >= foreign_until_)
    mean_ = deviation_ = 0;
  deviation_ += (std::abs(sample * fraction - mean_) - deviation_) / sample_weight;
  mean_ += (sample * fraction - mean_) / sample_weight;
  // Rising use is believed at once, falling use by and by.
  foreign_ = std::min(largest(), std::max(sample, (mean_ + 3 * deviation_) / fraction));
  foreign_until_ = now + foreign_memory;
}

void window_learner::hear_refusal(mono_time now) {
  shrink_ = std::min(shrink(now) + shrink_step(), largest() / shrink_share_max);
  refused_at_ = now;
  paced_until_ = now + pace_for;
}

std::optional<learnt_limit> window_learner::lesson(dimension which, mono_time now,
                                                   wall_time wall) const {
  const std::int64_t in_force = limit(now);
  if (in_force == configured_ && !paced(now))
    return std::nullopt;
  return learnt_limit{which, in_force, paced(now), wall};
}

void window_learner::restore(const learnt_limit& lesson, mono_time now) {
  if (lesson.limit < configured_ - configured_ / shrink_share_max)
    announced_ = std::max<std::int64_t>(lesson.limit, 0);
  else
    shrink_ = std::max<std::int64_t>(configured_ - lesson.limit, 0);
  refused_at_ = now;
  if (lesson.paced)
    paced_until_ = now + pace_for;
}

} // namespace spillway::rate
