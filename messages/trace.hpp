#pragma once

#include "core/units.hpp"
#include "messages/type_ids.hpp"

#include <cstddef>
#include <memory>

namespace spillway {

namespace report {
struct generation;
}

/// Event to the Langfuse batcher: one upstream call, answered or failed.
struct record_generation {
  std::shared_ptr<const report::generation> record;
};

/// Command to the Langfuse batcher: send what is pending now. Answered when nothing is pending, or
/// after `patience`, with what was reached.
struct flush_traces {
  duration patience{};
};

/// Command to the Langfuse batcher: how far is it?
struct get_trace_status {};

struct trace_status {
  std::size_t pending = 0;   ///< not acknowledged yet
  std::size_t delivered = 0; ///< acknowledged
  std::size_t dead = 0;      ///< refused for good, or pushed out of a full queue
};

} // namespace spillway

SPILLWAY_MESSAGE(spillway::record_generation)
SPILLWAY_MESSAGE(spillway::flush_traces)
SPILLWAY_MESSAGE(spillway::get_trace_status)
SPILLWAY_MESSAGE(spillway::trace_status)
