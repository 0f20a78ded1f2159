#pragma once

#include "core/units.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>

namespace spillway::report {

/// What became of one export.
enum class export_failure {
  retry,     ///< not accepted for now: send the same again later
  no_access, ///< the keys or the address are wrong: send the same again when somebody mended them
  too_large, ///< 413: send less at a time
  malformed, ///< 400: something in it is refused; find out what
};

/// When the traces of a spool go to Langfuse, and how many at a time. At most one export is out;
/// what is not accepted comes again until it is accepted or proven to be refused for good.
///
/// An export that is too large or malformed is halved until a single trace is left, whose fate the
/// caller decides; its neighbours go through. A receiver that refuses one after another gets no
/// more than one a minute. Owned by the batcher. Not thread-safe.
class trace_queue {
public:
  struct options {
    std::size_t flush_at = 0;  ///< so many waiting make an export due at once
    duration flush_interval{}; ///< the longest that one waits for company
    std::size_t batch_max = 0; ///< traces in one export
    std::uint64_t seed = 0;    ///< of the backoff's jitter
  };

  explicit trace_queue(options o);

  /// The spool holds so many traces, those of an export that is out included.
  void note_waiting(std::size_t count, mono_time now);

  /// When an export is due: absent while one is out or nothing waits.
  std::optional<mono_time> due() const;

  /// Makes exports due until the spool turns out to be empty, but not before a pause is over.
  void hurry();
  bool hurried() const noexcept { return hurried_; }

  /// An export begins: returns how many traces it may take. Requires: due, and none is out.
  std::size_t begin();

  /// It found the spool empty.
  void find_empty();

  /// It was accepted, all `count` of it.
  void acknowledge(std::size_t count, mono_time now);

  /// It was not. True if it held a single trace that is refused for good, or too large: the caller
  /// must end it or make it smaller. `retry_after` is what the receiver asked for, if anything.
  bool fail(export_failure why, std::size_t count, std::optional<duration> retry_after,
            mono_time now);

  std::size_t waiting() const noexcept { return waiting_; }

private:
  duration backoff();

  options options_;
  std::minstd_rand random_;
  std::size_t waiting_ = 0;
  std::size_t batch_limit_; ///< shrinks while a culprit is looked for
  mono_time oldest_at_{};   ///< when the wait for company began
  mono_time not_before_ = mono_time::min();
  bool out_ = false;
  bool hurried_ = false;
  int failures_in_a_row_ = 0;
  int refused_in_a_row_ = 0; ///< single traces
};

} // namespace spillway::report
