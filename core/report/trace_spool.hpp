#pragma once

#include "core/units.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace spillway::report {

/// A generation on its way to Langfuse: encoded once, when its call had ended, and sent in the same
/// bytes however often it takes.
struct kept_trace {
  std::uint64_t number = 0; ///< in order of arrival; never 0
  std::string bytes;
};

/// Why a trace need not be kept any longer.
enum class trace_ending {
  delivered, ///< acknowledged
  refused,   ///< for good: it is put aside, with the reason
};

struct ended_trace {
  std::uint64_t number = 0;
  trace_ending how = trace_ending::delivered;
  std::string reason; ///< of a refusal, for people
};

/// What a spool holds, and what became of the rest since it was opened.
struct trace_tally {
  std::size_t waiting = 0; ///< not acknowledged yet
  std::size_t waiting_bytes = 0;
  wall_time oldest_at{}; ///< when the oldest of them was recorded; the epoch: none waits
  std::size_t delivered = 0;
  std::size_t refused = 0;
  std::size_t dropped = 0; ///< the spool was full
};

/// Traces in memory, in order of arrival, until they are ended; at most `bytes_max` of them, but
/// always the newest.
class trace_spool {
public:
  explicit trace_spool(std::size_t bytes_max) : bytes_max_{bytes_max} {}

  /// Drops the oldest where there is no room.
  void add(std::string bytes, wall_time at);
  /// The same trace in other bytes. One that is not there any more changes nothing.
  void replace(kept_trace trace);
  /// Likewise.
  void end(const ended_trace& ended);

  /// The oldest, in order: at most `count_max`, and `bytes_max` unless the first alone is more.
  std::vector<kept_trace> oldest(std::size_t count_max, std::size_t bytes_max) const;

  trace_tally tally() const;

private:
  struct trace {
    std::string bytes;
    wall_time at{};
  };
  using place = std::map<std::uint64_t, trace>::iterator;

  void remove(place at);

  std::size_t bytes_max_;
  std::map<std::uint64_t, trace> kept_;
  std::size_t bytes_ = 0;
  std::uint64_t last_ = 0;
  trace_tally ended_; ///< how many ended in which way; the rest of it is unused
};

} // namespace spillway::report
