#pragma once

#include "core/instant.hpp"
#include "core/report/generation.hpp"
#include "messages/private_handles.hpp"
#include "storage/alert_store.hpp"
#include "storage/journal.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace spillway::actors {

struct journal_options {
  std::shared_ptr<storage::journal> file;           ///< used by this actor alone
  std::shared_ptr<storage::alert_store> alert_file; ///< likewise; null: alerts are not kept
  alert_sink_actor alerts;
  wall_clock wall;
  /// The bytes that are kept of a generation until Langfuse has them; empty: none are.
  std::function<std::string(const report::generation&)> encode_trace;
  /// Calls older than this are folded into sums, unless a window or an open period of `zone` needs
  /// them; zero: none are.
  duration keep{};
  std::string zone = "UTC";
};

/// Makes rows durable, many in one commit, and keeps traces until they are delivered. Spawn it
/// detached.
///
/// Intents have callers that wait: they are committed with whatever else is there, and what arrives
/// while the disk is busy goes with the next commit. Without an intent, rows wait up to
/// `bounds::journal_commit_wait_max` for company.
///
/// When the disk refuses, intents are refused at once (so no call leaves unrecorded), the rest is
/// kept and tried again every second, and intents are taken again as soon as it works.
/// Alerts are kept likewise, on their own: what befalls one file is no matter to the other.
class journal_state {
public:
  static constexpr const char* name = "journal";

  void start(journal_self::pointer self, journal_options options);

  caf::result<journal_reply> on_record_intent(record_intent& m);
  void on_record_settlement(record_settlement& m);
  void on_record_lessons(record_lessons& m);
  leases_reply on_load_leases(const load_leases& m);
  void on_record_alerts(record_alerts& m);
  void on_record_generation(const record_generation& m);
  void on_watch_traces(const watch_traces& m);
  traces_reply on_load_traces(const load_traces& m);
  void on_end_traces(end_traces& m);
  void on_replace_trace(replace_trace& m);
  trace_status on_get_trace_status();
  void on_commit_due();
  void on_stop();

private:
  using promise = caf::typed_response_promise<journal_reply>;

  wall_time now() const { return options_.wall(self_->clock().now()); }
  void keep(const std::shared_ptr<const report::generation>& trace);
  void arm(duration wait);
  void wake_in(duration wait);
  void commit();
  void commit_alerts();
  void on_committed(bool traces_changed);
  void fold_if_due();
  void on_commit_failed(const std::string& why);
  void answer_intents(const journal_reply& reply);
  void tell_watcher();
  trace_status count_traces();

  journal_self::pointer self_ = nullptr;
  journal_options options_;
  storage::journal_batch batch_;
  std::vector<promise> waiting_; ///< one for each intent of `batch_`
  trace_watcher_actor watcher_;  ///< null: nobody delivers traces
  report::trace_tally at_start_; ///< what earlier runs had ended
  std::size_t dropped_told_ = 0; ///< the operator knows of so many
  mono_time armed_at_ = mono_time::max();
  mono_time fold_at_ = mono_time::min();
  std::string failing_;                      ///< why the last commit failed; empty: it did not
  std::deque<alerts::memory_change> alerts_; ///< not on disk yet
  bool alerts_failing_ = false;              ///< the last commit of alerts failed, and it was told
};

journal_self::behavior_type journal(journal_self::stateful_pointer<journal_state> self,
                                    journal_options options);

} // namespace spillway::actors
