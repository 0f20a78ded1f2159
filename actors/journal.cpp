#include "actors/journal.hpp"

#include "actors/trace_memory.hpp"
#include "core/bounds.hpp"
#include "storage/retention.hpp"

#include <algorithm>
#include <utility>

namespace spillway::actors {
namespace {

/// After a refusal the disk is asked again this often.
constexpr duration retry_interval = std::chrono::seconds{1};
/// Old calls are looked for this often, and folded so many at a time: a few milliseconds each.
constexpr duration fold_interval = std::chrono::hours{1};
constexpr std::size_t folded_at_once = 500;

constexpr const char* rule_refused = "journal_refused";
constexpr const char* rule_alerts_unkept = "alerts_not_kept";
constexpr const char* subject = "journal";

} // namespace

void journal_state::start(journal_self::pointer self, journal_options options) {
  self_ = self;
  options_ = std::move(options);
  if (const auto tally = options_.file->traces())
    at_start_ = *tally;
  dropped_told_ = at_start_.dropped;
}

// -- rows -----------------------------------------------------------------------------------------

caf::result<journal_reply> journal_state::on_record_intent(record_intent& m) {
  if (!failing_.empty())
    return journal_reply{false, failing_};
  if (batch_.size() >= bounds::journal_queue_max)
    return journal_reply{false, "too many rows wait for the disk"};
  batch_.intents.push_back(std::move(m.row));
  waiting_.push_back(self_->make_response_promise<journal_reply>());
  auto answer = waiting_.back();
  arm(duration{});
  return answer;
}

void journal_state::on_record_settlement(record_settlement& m) {
  batch_.settlements.push_back(std::move(m.row));
  keep(m.trace);
  arm(bounds::journal_commit_wait_max);
}

void journal_state::on_record_alerts(record_alerts& m) {
  if (!options_.alert_file)
    return;
  if (alerts_.size() >= bounds::alert_outbox_max)
    alerts_.pop_front();
  alerts_.push_back(std::move(m.change));
  wake_in(duration{});
}

void journal_state::on_record_lessons(record_lessons& m) {
  std::erase_if(batch_.lessons, [&](const limiter_lessons& older) {
    return older.key == m.row.key && older.model == m.row.model;
  });
  batch_.lessons.push_back(std::move(m.row));
  arm(bounds::journal_commit_wait_max);
}

leases_reply journal_state::on_load_leases(const load_leases& m) {
  commit();
  auto rows = options_.file->leases_since(m.key, m.model, m.since, m.now);
  auto lessons = options_.file->lessons_of(m.key, m.model);
  if (!rows || !lessons)
    return {};
  return {std::move(*rows), std::move(*lessons), true};
}

// -- traces ---------------------------------------------------------------------------------------

void journal_state::keep(const std::shared_ptr<const report::generation>& trace) {
  if (trace && options_.encode_trace)
    batch_.traces.push_back(options_.encode_trace(*trace));
}

void journal_state::on_record_generation(const record_generation& m) {
  keep(m.record);
  arm(bounds::journal_commit_wait_max);
}

void journal_state::on_watch_traces(const watch_traces& m) {
  watcher_ = m.watcher;
  tell_watcher();
}

traces_reply journal_state::on_load_traces(const load_traces& m) {
  commit();
  traces_reply reply;
  if (auto oldest = options_.file->oldest_traces(m.count_max, m.bytes_max))
    reply.traces = std::make_shared<const std::vector<report::kept_trace>>(std::move(*oldest));
  else
    reply.reason = oldest.failure().message;
  reply.status = count_traces();
  return reply;
}

void journal_state::on_end_traces(end_traces& m) {
  std::ranges::move(m.ended, std::back_inserter(batch_.ended));
  arm(bounds::journal_commit_wait_max);
}

void journal_state::on_replace_trace(replace_trace& m) {
  batch_.replaced.push_back(std::move(m.trace));
  arm(bounds::journal_commit_wait_max);
}

trace_status journal_state::on_get_trace_status() {
  commit();
  return count_traces();
}

trace_status journal_state::count_traces() {
  const auto tally = options_.file->traces();
  if (!tally)
    return {};
  trace_status s;
  s.pending = tally->waiting;
  s.delivered = tally->delivered - at_start_.delivered;
  s.dead = tally->refused - at_start_.refused + tally->dropped - at_start_.dropped;
  s.pending_bytes = tally->waiting_bytes;
  s.oldest_at = tally->oldest_at;
  return s;
}

void journal_state::tell_watcher() {
  if (watcher_)
    self_->send(watcher_, traces_waiting{count_traces().pending});
}

// -- commits --------------------------------------------------------------------------------------

void journal_state::arm(duration wait) {
  if (!failing_.empty())
    return;
  if (batch_.size() >= bounds::journal_commit_rows_max)
    return commit();
  wake_in(wait);
}

void journal_state::wake_in(duration wait) {
  const mono_time at = self_->clock().now() + wait;
  if (armed_at_ <= at)
    return;
  armed_at_ = at;
  // Without a wait, behind what is in the mailbox already: it all goes with this commit.
  if (wait == duration{})
    self_->send(self_, commit_due{});
  else
    self_->delayed_send(self_, wait, commit_due{});
}

void journal_state::on_commit_due() {
  armed_at_ = mono_time::max();
  commit();
  commit_alerts();
}

void journal_state::commit() {
  if (batch_.size() == 0 && failing_.empty())
    return;
  if (!failing_.empty())
    if (const auto mended = options_.file->probe(); !mended)
      return on_commit_failed(mended.failure().message);
  const bool traces_changed = !batch_.traces.empty() || !batch_.ended.empty();
  if (const auto done = options_.file->commit(batch_, now()); !done)
    return on_commit_failed(done.failure().message);
  answer_intents({true, {}});
  batch_ = {};
  on_committed(traces_changed);
}

void journal_state::on_committed(bool traces_changed) {
  if (!std::exchange(failing_, {}).empty())
    self_->send(options_.alerts, end_alert{rule_refused, subject});
  fold_if_due();
  if (!traces_changed)
    return;
  tell_watcher();
  const auto tally = options_.file->traces();
  if (!tally || tally->dropped == dropped_told_)
    return;
  const std::size_t lost = tally->dropped - std::exchange(dropped_told_, tally->dropped);
  self_->send(options_.alerts, traces_lost(lost));
}

/// Rides on commits: where nothing is written nothing grows.
void journal_state::fold_if_due() {
  const mono_time at = self_->clock().now();
  if (options_.keep <= duration{} || at < fold_at_)
    return;
  const wall_time limit =
      std::min(now() - options_.keep, storage::needed_since(now(), options_.zone));
  const auto folded = options_.file->fold_before(limit, folded_at_once);
  // A failure shows in the next commit too, and is told there.
  fold_at_ = folded && *folded == folded_at_once ? at : at + fold_interval;
}

void journal_state::commit_alerts() {
  result<void> done;
  while (!alerts_.empty() && (done = options_.alert_file->commit(alerts_.front())))
    alerts_.pop_front();
  if (!done && !std::exchange(alerts_failing_, true))
    self_->send(options_.alerts, raise_alert{alert_severity::warning, rule_alerts_unkept, subject,
                                             done.failure().message
                                                 + "; alerts are told, but a restart forgets "
                                                   "which"});
  if (done && std::exchange(alerts_failing_, false))
    self_->send(options_.alerts, end_alert{rule_alerts_unkept, subject});
  if (!alerts_.empty())
    wake_in(retry_interval);
}

void journal_state::on_commit_failed(const std::string& why) {
  answer_intents({false, why});
  batch_.intents.clear();
  if (failing_.empty())
    self_->send(options_.alerts, raise_alert{alert_severity::critical, rule_refused, subject,
                                             why + "; no call leaves until it takes rows again"});
  failing_ = why;
  wake_in(retry_interval);
}

void journal_state::answer_intents(const journal_reply& reply) {
  for (promise& p : waiting_)
    p.deliver(reply);
  waiting_.clear();
}

void journal_state::on_stop() {
  commit();
  commit_alerts();
  watcher_ = nullptr;
}

journal_self::behavior_type journal(journal_self::stateful_pointer<journal_state> self,
                                    journal_options options) {
  self->state.start(self, std::move(options));
  self->set_exit_handler([self](caf::exit_msg& m) {
    self->state.on_stop();
    self->quit(std::move(m.reason));
  });
  return {
      [self](const record_generation& m) { self->state.on_record_generation(m); },
      [self](const watch_traces& m) { self->state.on_watch_traces(m); },
      [self](const load_traces& m) { return self->state.on_load_traces(m); },
      [self](end_traces& m) { self->state.on_end_traces(m); },
      [self](replace_trace& m) { self->state.on_replace_trace(m); },
      [self](get_trace_status) { return self->state.on_get_trace_status(); },
      [self](record_intent& m) { return self->state.on_record_intent(m); },
      [self](record_settlement& m) { self->state.on_record_settlement(m); },
      [self](record_lessons& m) { self->state.on_record_lessons(m); },
      [self](const load_leases& m) { return self->state.on_load_leases(m); },
      [self](record_alerts& m) { self->state.on_record_alerts(m); },
      [self](commit_due) { self->state.on_commit_due(); },
  };
}

} // namespace spillway::actors
