#pragma once

#include "actors/http_exchange.hpp"
#include "core/report/trace_queue.hpp"
#include "messages/private_handles.hpp"
#include "transport/http_client.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace spillway::actors {

/// Where traces go and how. Without `http` they go nowhere.
struct langfuse_batcher_options {
  std::shared_ptr<transport::http_client> http;
  transport::http_endpoint endpoint;
  std::string target = "/api/public/otel/v1/traces";
  wire::http_headers headers; ///< authorisation and content type
  std::function<std::string(std::span<const report::trace_queue::item>)> encode;
  report::trace_queue::options queue;
  alert_sink_actor alerts;
};

/// Sends generations to Langfuse in batches, by size or by time. Never in the way of a call: what
/// cannot be delivered waits here, tried again for ever, within the queue's bound.
class langfuse_batcher_state {
public:
  static constexpr const char* name = "langfuse_batcher";

  void start(langfuse_batcher_self::pointer self, langfuse_batcher_options options);

  void on_record_generation(const record_generation& m);
  caf::result<trace_status> on_flush_traces(const flush_traces& m);
  trace_status on_get_trace_status() const;
  void on_exchange_finished(const exchange_finished& m);
  void on_wake_due();
  void on_stop();

private:
  struct flush {
    caf::typed_response_promise<trace_status> promise;
    mono_time until{};
  };

  void export_if_due();
  void arm();
  void judge(const transport::http_exchange& exchange);
  void warn(alert_severity severity, const std::string& rule, const std::string& text);
  void answer_flushes();

  langfuse_batcher_self::pointer self_ = nullptr;
  langfuse_batcher_options options_;
  report::trace_queue queue_{{}};
  std::vector<flush> flushes_;
  std::uint64_t exports_ = 0; ///< numbers the exports
  mono_time armed_at_ = mono_time::max();
  bool failing_ = false; ///< the last export failed; the operator knows
};

langfuse_batcher_self::behavior_type
langfuse_batcher(langfuse_batcher_self::stateful_pointer<langfuse_batcher_state> self,
                 langfuse_batcher_options options);

} // namespace spillway::actors
