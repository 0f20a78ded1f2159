#include "core/rate/arrival.hpp"

#include "core/bounds.hpp"

#include <algorithm>

namespace spillway::rate {
namespace {

/// Replies among which the quickest is looked for: one in so many could be quicker than it and late
/// on the way at once, which is rarer than the delays the arrival allowance itself lets through.
constexpr std::int64_t generation = 256;
/// The newest reply weighs at least one in so many.
constexpr std::int64_t sample_weight = 64;
/// Vendors tell whole milliseconds, rounded in ways of their own.
constexpr duration rounding = std::chrono::milliseconds{1};

/// More work than time is no account of it.
bool is_credible(duration took, std::optional<duration> worked) {
  return worked && *worked <= took;
}

/// How long a reply took that the provider's own work does not explain.
duration unexplained(duration took, std::optional<duration> worked) {
  took = std::max(took, duration{});
  return is_credible(took, worked) ? took - std::max(*worked - rounding, duration{}) : took;
}

} // namespace

mono_time arrival_estimate::counted_by(mono_time sent, mono_time proof,
                                       std::optional<duration> worked) const {
  const duration took = unexplained(proof - sent, worked);
  duration lag = took;
  // Quicker than all before it: how quick it can be is not known yet.
  const duration quickest = std::min(quickest_, quickest_old_);
  const bool explained = is_credible(std::max(proof - sent, duration{}), worked);
  if (!explained && quickest_old_ < duration::max() && took > quickest)
    lag = took - quickest / 2;
  const bool says_little = replies_ == 0 || mean_reply_ > bounds::arrival_allowance;
  if (says_little)
    lag = std::min<duration>(lag, bounds::arrival_allowance);
  return sent + lag;
}

void arrival_estimate::learn(mono_time sent, mono_time proof, std::optional<duration> worked) {
  const duration lag = counted_by(sent, proof, worked) - sent;
  const duration took = unexplained(proof - sent, worked);
  const std::int64_t weight = std::min(++replies_, sample_weight);
  mean_reply_ += (took - mean_reply_) / weight;
  mean_lag_ += (lag - mean_lag_) / weight;
  quickest_ = std::min(quickest_, took);
  if (++in_generation_ < generation)
    return;
  quickest_old_ = quickest_;
  quickest_ = duration::max();
  in_generation_ = 0;
}

duration arrival_estimate::mean_lag(duration otherwise) const noexcept {
  return replies_ == 0 ? otherwise : mean_lag_;
}

} // namespace spillway::rate
