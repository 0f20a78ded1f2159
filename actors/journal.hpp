#pragma once

#include "messages/private_handles.hpp"
#include "storage/alert_store.hpp"
#include "storage/journal.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <deque>
#include <memory>
#include <vector>

namespace spillway::actors {

struct journal_options {
  std::shared_ptr<storage::journal> file; ///< used by this actor alone
  std::shared_ptr<storage::alert_store> alert_file; ///< likewise; null: alerts are not kept
  alert_sink_actor alerts;
};

/// Writes intents and settlements, many in one commit: whatever arrives while the disk is busy goes
/// with the next one. Spawn it detached. When the disk refuses, intents are refused (so no call
/// leaves unrecorded), settlements are kept and tried again.
/// Alerts are kept likewise, on their own: what befalls one file is no matter to the other.
class journal_state {
public:
  static constexpr const char* name = "journal";

  void start(journal_self::pointer self, journal_options options);

  caf::result<journal_reply> on_record_intent(record_intent& m);
  void on_record_settlement(record_settlement& m);
  leases_reply on_load_leases(const load_leases& m);
  void on_record_alerts(record_alerts& m);
  void on_commit_due();
  void on_stop();

private:
  using promise = caf::typed_response_promise<journal_reply>;

  void arm();
  void commit();
  void commit_alerts();
  void on_commit_failed(const std::string& why);
  void answer_intents(const journal_reply& reply);

  journal_self::pointer self_ = nullptr;
  journal_options options_;
  std::vector<call_intent> intents_;
  std::vector<promise> waiting_; ///< one for each of `intents_`
  std::vector<call_settlement> settlements_;
  std::deque<alerts::memory_change> alerts_; ///< not on disk yet
  bool armed_ = false;
  bool failing_ = false; ///< the last commit failed; the operator knows
  bool alerts_failing_ = false; ///< likewise, of alerts
};

journal_self::behavior_type journal(journal_self::stateful_pointer<journal_state> self,
                                    journal_options options);

} // namespace spillway::actors
