#pragma once

#include "actors/http_exchange.hpp"
#include "core/report/trace_queue.hpp"
#include "core/report/trace_spool.hpp"
#include "messages/private_handles.hpp"
#include "transport/http_client.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::actors {

/// Where traces go and how. Without `http` they go nowhere.
struct langfuse_batcher_options {
  std::shared_ptr<transport::http_client> http;
  transport::http_endpoint endpoint;
  std::string target = "/api/public/otel/v1/traces";
  wire::http_headers headers; ///< authorisation and content type
  /// The body of an export; the bytes of each trace are in it as they are.
  std::function<std::string(const std::vector<std::string_view>&)> join;
  /// A smaller trace with the same numbers; absent if there is nothing to leave out.
  std::function<std::optional<std::string>(std::string_view)> shorten;
  report::trace_queue::options queue;
  trace_spool_actor spool; ///< keeps the traces until they are delivered; null without `http`
  alert_sink_actor alerts;
};

/// Sends the spool's traces to Langfuse in batches, by size or by time. Never in the way of a call:
/// what cannot be delivered stays in the spool and is tried again for ever, in the same bytes.
class langfuse_batcher_state {
public:
  static constexpr const char* name = "langfuse_batcher";

  void start(langfuse_batcher_self::pointer self, langfuse_batcher_options options);

  void on_record_generation(const record_generation& m);
  void on_traces_waiting(const traces_waiting& m);
  caf::result<trace_status> on_flush_traces(const flush_traces& m);
  caf::result<trace_status> on_get_trace_status();
  void on_exchange_finished(const exchange_finished& m);
  void on_wake_due();
  void on_stop();

private:
  using trace_list = std::shared_ptr<const std::vector<report::kept_trace>>;

  struct flush {
    caf::typed_response_promise<trace_status> promise;
    mono_time until{};
  };

  bool is_on() const { return options_.http != nullptr; }
  void export_if_due();
  void send(const traces_reply& loaded);
  void judge(const transport::http_exchange& exchange);
  void end_all_out();
  void end_the_one(report::export_failure why, const std::string& reason);
  void tell_failure(report::export_failure why, const std::string& text);
  void arm();
  void answer_flushes(const trace_status& now);
  void answer_late_flushes();
  void warn(alert_severity severity, const std::string& rule, const std::string& text);

  langfuse_batcher_self::pointer self_ = nullptr;
  langfuse_batcher_options options_;
  report::trace_queue queue_{{}};
  trace_list out_; ///< those of the export that is out
  trace_status last_status_;
  std::vector<flush> flushes_;
  std::uint64_t exports_ = 0; ///< numbers the exports
  mono_time armed_at_ = mono_time::max();
  std::string failing_; ///< the rule of the alert that told of it; empty: the last export worked
};

langfuse_batcher_self::behavior_type
langfuse_batcher(langfuse_batcher_self::stateful_pointer<langfuse_batcher_state> self,
                 langfuse_batcher_options options);

} // namespace spillway::actors
