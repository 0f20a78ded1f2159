#pragma once

#include "core/units.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

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

} // namespace spillway::report
