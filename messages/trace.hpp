#pragma once

#include "core/report/trace_spool.hpp"
#include "core/units.hpp"
#include "messages/type_ids.hpp"

#include <caf/typed_actor.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

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
  std::size_t delivered = 0; ///< acknowledged, since the start
  std::size_t dead = 0;      ///< refused for good, or pushed out of a full spool, since the start
  std::size_t pending_bytes = 0;
  wall_time oldest_at{}; ///< when the oldest of those pending was recorded; the epoch: none is
};

/// Event to whoever delivers traces: so many are kept for it.
struct traces_waiting {
  std::size_t count = 0;
};

using trace_watcher_actor = caf::typed_actor<caf::reacts_to<traces_waiting>>;

/// Command to a trace spool: tell `watcher` whenever the number of traces that wait has changed.
/// There is one watcher; a later one takes its place.
struct watch_traces {
  trace_watcher_actor watcher;
};

/// Command to a spool: the oldest traces, in order: at most `count_max`, and `bytes_max` unless
/// the first alone is more. They stay until they are ended.
struct load_traces {
  std::size_t count_max = 0;
  std::size_t bytes_max = 0;
};

struct traces_reply {
  std::shared_ptr<const std::vector<report::kept_trace>> traces; ///< null: they cannot be read
  std::string reason;                                            ///< why not
  trace_status status;
};

/// Event to a trace spool: these need not be kept any longer.
struct end_traces {
  std::vector<report::ended_trace> ended;
};

/// Event to a trace spool: keep these bytes under the number of a trace.
struct replace_trace {
  report::kept_trace trace;
};

} // namespace spillway

SPILLWAY_MESSAGE(spillway::record_generation)
SPILLWAY_MESSAGE(spillway::flush_traces)
SPILLWAY_MESSAGE(spillway::get_trace_status)
SPILLWAY_MESSAGE(spillway::trace_status)
SPILLWAY_MESSAGE(spillway::traces_waiting)
SPILLWAY_MESSAGE(spillway::watch_traces)
SPILLWAY_MESSAGE(spillway::load_traces)
SPILLWAY_MESSAGE(spillway::traces_reply)
SPILLWAY_MESSAGE(spillway::end_traces)
SPILLWAY_MESSAGE(spillway::replace_trace)
