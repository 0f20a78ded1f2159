#pragma once

#include "core/units.hpp"

#include <cstdint>
#include <optional>

namespace spillway::rate {

/// When the provider counted a call, at the latest, from the moment its reply began.
///
/// A reply proves that its call had been counted, but it comes later than that by the time the
/// provider worked and the way back. Most of that time all calls share, and what they share does no
/// harm: a call that takes another's place reaches the provider no sooner after its own send than
/// the quickest call did. So a call is late only by as much as its reply is later than the quickest
/// replies. Half of their time is trusted, because a single call may be served quicker than all
/// before it.
///
/// Where replies usually begin later than any call is on its way, their beginning says little:
/// there `bounds::arrival_allowance` is the latest. A provider that says how long it worked takes
/// the guessing away. Not thread-safe.
class arrival_estimate {
public:
  /// A call sent at `sent` was counted by then, if its reply began at `proof` after the provider
  /// had worked on it for `worked`, by its own account; never before `sent`.
  mono_time counted_by(mono_time sent, mono_time proof, std::optional<duration> worked) const;

  /// Learns from the same.
  void learn(mono_time sent, mono_time proof, std::optional<duration> worked);

  /// How long after its send a call is taken to be counted, on average; `otherwise` until known.
  duration mean_lag(duration otherwise) const noexcept;

private:
  duration quickest_ = duration::max();     ///< of this generation of replies
  duration quickest_old_ = duration::max(); ///< of the one before
  std::int64_t in_generation_ = 0;
  std::int64_t replies_ = 0;
  duration mean_reply_{}; ///< without the work told
  duration mean_lag_{};
};

} // namespace spillway::rate
