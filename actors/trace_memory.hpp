#pragma once

#include "core/instant.hpp"
#include "core/report/generation.hpp"
#include "core/report/trace_spool.hpp"
#include "messages/handles.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstddef>
#include <functional>
#include <string>

namespace spillway::actors {

struct trace_memory_options {
  std::size_t bytes_max = 0;
  alert_sink_actor alerts;
  wall_clock wall;
  std::function<std::string(const report::generation&)> encode;
};

/// Keeps traces where there is no journal. What it holds is lost with the process.
class trace_memory_state {
public:
  static constexpr const char* name = "trace_memory";

  void start(trace_spool_actor::pointer self, trace_memory_options options);

  void on_record_generation(const record_generation& m);
  void on_watch_traces(const watch_traces& m);
  traces_reply on_load_traces(const load_traces& m) const;
  void on_end_traces(const end_traces& m);
  void on_replace_trace(replace_trace& m);
  trace_status on_get_trace_status() const;

private:
  void tell_watcher();

  trace_spool_actor::pointer self_ = nullptr;
  trace_memory_options options_;
  report::trace_spool spool_{0};
  trace_watcher_actor watcher_;  ///< null: nobody delivers traces
  std::size_t dropped_told_ = 0; ///< the operator knows of so many
};

trace_spool_actor::behavior_type
trace_memory(trace_spool_actor::stateful_pointer<trace_memory_state> self,
             trace_memory_options options);

/// What an operator is told of traces that were pushed out of a full spool.
raise_alert traces_lost(std::size_t count);

} // namespace spillway::actors
