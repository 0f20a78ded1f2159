#include "actors/journal.hpp"

#include "core/bounds.hpp"

#include <utility>

namespace spillway::actors {
namespace {

/// After a refusal the disk is asked again this often.
constexpr duration retry_interval = std::chrono::seconds{1};

constexpr const char* rule_refused = "journal_refused";
constexpr const char* rule_alerts_unkept = "alerts_not_kept";
constexpr const char* subject = "journal";

} // namespace

void journal_state::start(journal_self::pointer self, journal_options options) {
  self_ = self;
  options_ = std::move(options);
}

caf::result<journal_reply> journal_state::on_record_intent(record_intent& m) {
  if (settlements_.size() + intents_.size() >= bounds::journal_queue_max)
    return journal_reply{false, "too many rows wait for the disk"};
  intents_.push_back(std::move(m.row));
  waiting_.push_back(self_->make_response_promise<journal_reply>());
  auto answer = waiting_.back();
  arm();
  return answer;
}

void journal_state::on_record_settlement(record_settlement& m) {
  settlements_.push_back(std::move(m.row));
  arm();
}

void journal_state::on_record_alerts(record_alerts& m) {
  if (!options_.alert_file)
    return;
  if (alerts_.size() >= bounds::alert_outbox_max)
    alerts_.pop_front();
  alerts_.push_back(std::move(m.change));
  arm();
}

leases_reply journal_state::on_load_leases(const load_leases& m) {
  commit();
  auto rows = options_.file->leases_since(m.key, m.model, m.since);
  if (!rows)
    return {};
  return {std::move(*rows), true};
}

void journal_state::arm() {
  if (armed_)
    return;
  // Behind what is in the mailbox already: it all goes with this commit.
  armed_ = true;
  self_->send(self_, commit_due{});
}

void journal_state::on_commit_due() {
  armed_ = false;
  commit();
  commit_alerts();
}

void journal_state::commit() {
  if (intents_.empty() && settlements_.empty())
    return;
  if (auto done = options_.file->commit(intents_, settlements_); !done)
    return on_commit_failed(done.failure().message);
  if (std::exchange(failing_, false))
    self_->send(options_.alerts, end_alert{rule_refused, subject});
  settlements_.clear();
  answer_intents({true, {}});
}

void journal_state::commit_alerts() {
  result<void> done;
  while (!alerts_.empty() && (done = options_.alert_file->commit(alerts_.front())))
    alerts_.pop_front();
  if (!done && !std::exchange(alerts_failing_, true))
    self_->send(options_.alerts,
                raise_alert{alert_severity::warning, rule_alerts_unkept, subject,
                            done.failure().message + "; alerts are told, but a restart forgets "
                                                     "which"});
  if (done && std::exchange(alerts_failing_, false))
    self_->send(options_.alerts, end_alert{rule_alerts_unkept, subject});
  if (alerts_.empty() || armed_)
    return;
  armed_ = true;
  self_->delayed_send(self_, retry_interval, commit_due{});
}

void journal_state::on_commit_failed(const std::string& why) {
  answer_intents({false, why});
  if (!failing_)
    self_->send(options_.alerts, raise_alert{alert_severity::critical, rule_refused, subject,
                                             why + "; no call leaves until it takes rows again"});
  failing_ = true;
  if (!settlements_.empty() && !armed_) {
    armed_ = true;
    self_->delayed_send(self_, retry_interval, commit_due{});
  }
}

void journal_state::answer_intents(const journal_reply& reply) {
  for (promise& p : waiting_)
    p.deliver(reply);
  waiting_.clear();
  intents_.clear();
}

void journal_state::on_stop() {
  commit();
  commit_alerts();
}

journal_self::behavior_type journal(journal_self::stateful_pointer<journal_state> self,
                                    journal_options options) {
  self->state.start(self, std::move(options));
  self->set_exit_handler([self](caf::exit_msg& m) {
    self->state.on_stop();
    self->quit(std::move(m.reason));
  });
  return {
      [self](record_intent& m) { return self->state.on_record_intent(m); },
      [self](record_settlement& m) { self->state.on_record_settlement(m); },
      [self](const load_leases& m) { return self->state.on_load_leases(m); },
      [self](record_alerts& m) { self->state.on_record_alerts(m); },
      [self](commit_due) { self->state.on_commit_due(); },
  };
}

} // namespace spillway::actors
