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
/// The pacing after a single refusal for speed: a steep rise is over by then.
constexpr duration ramp_for = 10min;
/// Weight of the newest sample of foreign use is one in so many.
constexpr std::int64_t sample_weight = 8;
/// Mean and deviation are kept in fractions, or small samples would round to nothing.
constexpr std::int64_t fraction = 256;
/// A share of the limit that is more than the noise of its headers.
constexpr std::int64_t notable_share = 50;
/// Others explain one refusal within this, not many: a provider that counts otherwise looks alike.
constexpr duration excuse_once_in = 60s;

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

void window_learner::configure(std::int64_t configured) noexcept {
  if (configured == configured_)
    return;
  configured_ = configured;
  announced_.reset();
  shrink_ = 0;
  refused_at_ = paced_until_ = excused_at_ = mono_time::min();
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
  heard_at_ = now;
  sample_ = std::clamp<std::int64_t>(used, 0, largest());
  if (now >= foreign_until_)
    mean_ = deviation_ = 0;
  deviation_ += (std::abs(sample_ * fraction - mean_) - deviation_) / sample_weight;
  mean_ += (sample_ * fraction - mean_) / sample_weight;
  // Rising use is believed at once, falling use by and by.
  foreign_ = std::min(largest(), std::max(sample_, (mean_ + 3 * deviation_) / fraction));
  foreign_until_ = sent_at + foreign_memory_;
}

bool window_learner::is_explained_by_others(mono_time now) const noexcept {
  return heard_at_ == now && sample_ > largest() / notable_share
         && (excused_at_ == mono_time::min() || now - excused_at_ > excuse_once_in);
}

void window_learner::hear_refusal(mono_time now) {
  if (is_explained_by_others(now)) {
    excused_at_ = now;
    return;
  }
  shrink_ = std::min(shrink(now) + shrink_step(), largest() / shrink_share_max);
  refused_at_ = now;
  paced_until_ = now + pace_for;
}

void window_learner::hear_rush(mono_time now) {
  if (paced(now))
    hear_refusal(now);
  else
    paced_until_ = now + ramp_for;
}

std::optional<learnt_limit> window_learner::lesson(dimension which, instant now) const {
  const std::int64_t taken_off = shrink(now.mono);
  // A ramp is over soon: not worth keeping.
  const bool paced_long = paced_until_ > now.mono + ramp_for;
  if (!announced_ && taken_off == 0 && !paced_long)
    return std::nullopt;
  const duration ago = refused_at_ > mono_time::min() ? now.mono - refused_at_ : duration{};
  return learnt_limit{which, configured_, announced_, shrink_, paced_long, now.wall - ago, {}};
}

void window_learner::restore(const learnt_limit& lesson, instant now) {
  if (lesson.configured != configured_)
    return;
  if (lesson.announced)
    hear_limit(*lesson.announced);
  if (lesson.shrunk_by <= 0 && !lesson.paced)
    return;
  shrink_ = std::clamp<std::int64_t>(lesson.shrunk_by, 0, largest() / shrink_share_max);
  refused_at_ = now.mono - std::max(now.wall - lesson.at, duration{});
  if (lesson.paced)
    paced_until_ = refused_at_ + pace_for;
}

} // namespace spillway::rate
