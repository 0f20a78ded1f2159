#pragma once

#include "core/units.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <vector>

namespace spillway::report {

struct generation;

/// What became of one export.
enum class export_failure {
  retry,     ///< not accepted for now: send the same again later
  too_large, ///< 413: send less at a time
  malformed, ///< 400: something in it is refused; find out what
};

/// The generations on their way to Langfuse: at most one export is out at a time, and what is
/// refused comes again until it is accepted or proven to be refused for good.
///
/// An export that is too large or malformed is halved until a single generation is left, which is
/// then dead; its neighbours go through. Owned by the batcher. Not thread-safe.
class trace_queue {
public:
  using item = std::shared_ptr<const generation>;

  struct options {
    std::size_t flush_at = 0;  ///< so many pending make an export due at once
    duration flush_interval{}; ///< the longest that one waits for company
    std::size_t batch_max = 0; ///< generations in one export
    std::uint64_t seed = 0;    ///< of the backoff's jitter
  };

  explicit trace_queue(options o);

  /// Takes one in. Over `bounds::trace_queue_max` the oldest one not in flight is dead; false then.
  bool push(item generation, mono_time now);

  /// When an export is due: absent while one is out or nothing is pending.
  std::optional<mono_time> due() const;

  /// Makes exports due until nothing is pending, but not before a pause that the receiver
  /// asked for is over.
  void hurry();

  /// Takes the next export out. Requires: due, and none is out.
  std::vector<item> take_batch();

  /// The export was accepted.
  void acknowledge(mono_time now);

  /// The export was not accepted. `retry_after` is what the receiver asked for, if anything.
  void fail(export_failure why, std::optional<duration> retry_after, mono_time now);

  std::size_t pending() const noexcept { return waiting_.size() + in_flight_.size(); }
  std::size_t delivered() const noexcept { return delivered_; }
  std::size_t dead() const noexcept { return dead_; }

private:
  duration backoff();
  void put_back();

  options options_;
  std::minstd_rand random_;
  std::deque<item> waiting_;
  std::vector<item> in_flight_;
  std::size_t batch_limit_; ///< shrinks while a culprit is looked for
  mono_time oldest_at_{};   ///< when the wait for company began
  mono_time not_before_ = mono_time::min();
  bool hurried_ = false;
  int failures_in_a_row_ = 0;
  std::size_t delivered_ = 0;
  std::size_t dead_ = 0;
};

} // namespace spillway::report
