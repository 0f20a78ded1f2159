#include "actors/trace_memory.hpp"

#include <memory>
#include <utility>

namespace spillway::actors {

void trace_memory_state::start(trace_spool_actor::pointer self, trace_memory_options options) {
  self_ = self;
  options_ = std::move(options);
  spool_ = report::trace_spool{options_.bytes_max};
}

void trace_memory_state::on_record_generation(const record_generation& m) {
  spool_.add(options_.encode(*m.record), options_.wall(self_->clock().now()));
  tell_watcher();
  const std::size_t dropped = spool_.tally().dropped;
  if (dropped > dropped_told_)
    self_->send(options_.alerts, traces_lost(dropped - std::exchange(dropped_told_, dropped)));
}

void trace_memory_state::on_watch_traces(const watch_traces& m) {
  watcher_ = m.watcher;
  tell_watcher();
}

traces_reply trace_memory_state::on_load_traces(const load_traces& m) const {
  traces_reply reply;
  reply.traces = std::make_shared<const std::vector<report::kept_trace>>(
      spool_.oldest(m.count_max, m.bytes_max));
  reply.status = on_get_trace_status();
  return reply;
}

void trace_memory_state::on_end_traces(const end_traces& m) {
  for (const report::ended_trace& ended : m.ended)
    spool_.end(ended);
  tell_watcher();
}

void trace_memory_state::on_replace_trace(replace_trace& m) {
  spool_.replace(std::move(m.trace));
}

trace_status trace_memory_state::on_get_trace_status() const {
  const report::trace_tally tally = spool_.tally();
  trace_status s;
  s.pending = tally.waiting;
  s.delivered = tally.delivered;
  s.dead = tally.refused + tally.dropped;
  s.pending_bytes = tally.waiting_bytes;
  s.oldest_at = tally.oldest_at;
  return s;
}

void trace_memory_state::tell_watcher() {
  if (watcher_)
    self_->send(watcher_, traces_waiting{spool_.tally().waiting});
}

raise_alert traces_lost(std::size_t count) {
  return {alert_severity::critical, "traces_lost", "langfuse",
          "no room for more: the oldest " + std::to_string(count)
              + " traces were dropped; see why Langfuse takes none, or raise "
                "langfuse.spool_mib_max"};
}

trace_spool_actor::behavior_type
trace_memory(trace_spool_actor::stateful_pointer<trace_memory_state> self,
             trace_memory_options options) {
  self->state.start(self, std::move(options));
  return {
      [self](const record_generation& m) { self->state.on_record_generation(m); },
      [self](const watch_traces& m) { self->state.on_watch_traces(m); },
      [self](const load_traces& m) { return self->state.on_load_traces(m); },
      [self](const end_traces& m) { self->state.on_end_traces(m); },
      [self](replace_trace& m) { self->state.on_replace_trace(m); },
      [self](get_trace_status) { return self->state.on_get_trace_status(); },
  };
}

} // namespace spillway::actors
