#include "actors/alert_sink.hpp"

#include <algorithm>
#include <utility>

namespace spillway::actors {
namespace {

std::int64_t minute_of(wall_time t) {
  return std::chrono::floor<std::chrono::minutes>(t.time_since_epoch()).count();
}

bool hears(const alert_target& target, const alerts::notice& n) {
  return n.what.severity >= target.least
         && n.what.key.subject != alerts::subject_of_target(target.name);
}

} // namespace

void alert_sink_state::start(alert_sink_self::pointer self, alert_sink_options options) {
  self_ = self;
  options_ = std::move(options);
  next_notice_ = options_.first_notice;
  rules_.emplace(options_.rules);
  rules_->restore_spending(std::exchange(options_.spent, {}), now());
  rules_->restore_incidents(options_.memory.incidents, now());
}

// -- what happens ---------------------------------------------------------------------------------

void alert_sink_state::on_raise_alert(const raise_alert& m) {
  rules_->record_event({{m.rule, m.subject, {}}, m.severity, m.text}, now());
  hurry();
}

void alert_sink_state::on_end_alert(const end_alert& m) {
  rules_->end_event({m.rule, m.subject, {}}, now());
  hurry();
}

void alert_sink_state::on_call_ended(const call_ended& m) {
  rules_->record_call(m.call, now());
  if (around_ && armed_at_ == wall_time::max())
    arm(rules_->due(now()).value_or(wall_time::max()));
}

void alert_sink_state::on_threshold_crossed(const threshold_crossed& m) {
  rules_->record_crossing(m.crossing, now());
  hurry();
}

// -- when to look ---------------------------------------------------------------------------------

/// Behind what is in the mailbox already: a storm is looked at once.
void alert_sink_state::hurry() {
  arm(now());
}

void alert_sink_state::arm(wall_time at) {
  if (at >= armed_at_)
    return;
  armed_at_ = at;
  if (const duration left = at - now(); left > duration{})
    self_->delayed_send(self_, left, wake_due{});
  else
    self_->send(self_, wake_due{});
}

void alert_sink_state::on_wake_due() {
  armed_at_ = wall_time::max();
  if (around_) {
    look_around();
    tell_news();
    // What is due before there is anybody to tell stays due: it must not wake us again and again.
    arm(rules_->due(now()).value_or(wall_time::max()));
  }
  answer_flushes();
}

void alert_sink_state::look_around() {
  const wall_time t = now();
  if (std::exchange(looked_in_minute_, minute_of(t)) == minute_of(t))
    return;
  // Should one of them have died, there is nothing to learn from it.
  if (around_->budget && rules_->wants_accounts(t))
    self_->request(around_->budget, caf::infinite, get_budget_status{})
        .then(
            [this](const budget_status& m) {
              rules_->record_accounts(m.accounts, now());
              hurry();
            },
            [](const caf::error&) {});
  if (around_->traces && rules_->wants_traces(t))
    self_->request(around_->traces, caf::infinite, get_trace_status{})
        .then(
            [this](const trace_status& m) {
              rules_->record_traces(m.pending, m.delivered, now());
              hurry();
            },
            [](const caf::error&) {});
}

// -- what is told ---------------------------------------------------------------------------------

void alert_sink_state::tell_news() {
  for (alerts::notice& n : rules_->take_notices(now()))
    tell(std::move(n));
  alerts::notifier::changes changes = rules_->take_changes();
  unsaved_.incidents = std::move(changes.kept);
  unsaved_.forgotten = std::move(changes.forgotten);
  remember();
}

void alert_sink_state::tell(alerts::notice what) {
  const alerts::numbered_notice n{next_notice_++,
                                  std::make_shared<const alerts::notice>(std::move(what))};
  options_.receiver(*n.what);
  alerts::undelivered_notice queued{n, {}};
  for (const alert_target& target : around_->targets)
    if (hears(target, *n.what)) {
      queued.targets.push_back(target.name);
      hand_over(n, target);
    }
  if (!queued.targets.empty())
    unsaved_.queued.push_back(std::move(queued));
}

void alert_sink_state::hand_over(const alerts::numbered_notice& n, const alert_target& target) {
  ++undelivered_;
  const auto end = [this, id = n.id, name = target.name](bool settled) {
    --undelivered_;
    if (settled)
      settle(id, name);
    hurry();
  };
  self_->request(target.courier, caf::infinite, deliver_notice{n})
      .then([end](const delivery_reply& m) { end(m.how != alerts::delivery_end::postponed); },
            [end](const caf::error&) { end(false); });
}

void alert_sink_state::settle(std::uint64_t notice, const std::string& target) {
  unsaved_.settled.push_back({notice, target});
}

void alert_sink_state::on_watch_runtime(watch_runtime& m) {
  around_ = std::move(m);
  resume_deliveries();
  hurry();
}

void alert_sink_state::resume_deliveries() {
  for (const alerts::undelivered_notice& left : std::exchange(options_.memory, {}).undelivered)
    for (const std::string& whose : left.targets) {
      const auto target = std::ranges::find(around_->targets, whose, &alert_target::name);
      if (target != around_->targets.end())
        hand_over(left.notice, *target);
      else
        settle(left.notice.id, whose); // the operator has taken it out
    }
}

void alert_sink_state::remember() {
  alerts::memory_change change = std::exchange(unsaved_, {});
  if (around_->journal && !change.empty())
    self_->send(around_->journal, record_alerts{std::move(change)});
}

// -- for those who ask ----------------------------------------------------------------------------

alert_status alert_sink_state::on_get_alert_status() const {
  return {rules_->open_incidents(), undelivered_};
}

caf::result<alert_status> alert_sink_state::on_flush_alerts(const flush_alerts& m) {
  const wall_time t = now();
  flushes_.push_back({self_->make_response_promise<alert_status>(),
                      m.patience > wall_time::max() - t ? wall_time::max() : t + m.patience});
  auto promise = flushes_.back().promise;
  hurry();
  return promise;
}

void alert_sink_state::answer_flushes() {
  std::erase_if(flushes_, [&](flush& f) {
    if (undelivered_ > 0 && f.until > now())
      return false;
    f.promise.deliver(on_get_alert_status());
    return true;
  });
  for (const flush& f : flushes_)
    arm(f.until);
}

void alert_sink_state::on_stop() {
  for (flush& f : flushes_)
    f.promise.deliver(on_get_alert_status());
  flushes_.clear();
  if (around_)
    remember();
  around_.reset();
}

alert_sink_self::behavior_type
alert_sink(alert_sink_self::stateful_pointer<alert_sink_state> self, alert_sink_options options) {
  self->state.start(self, std::move(options));
  self->set_exit_handler([self](caf::exit_msg& m) {
    self->state.on_stop();
    self->quit(std::move(m.reason));
  });
  return {
      [self](const raise_alert& m) { self->state.on_raise_alert(m); },
      [self](const end_alert& m) { self->state.on_end_alert(m); },
      [self](const call_ended& m) { self->state.on_call_ended(m); },
      [self](const threshold_crossed& m) { self->state.on_threshold_crossed(m); },
      [self](get_alert_status) { return self->state.on_get_alert_status(); },
      [self](const flush_alerts& m) { return self->state.on_flush_alerts(m); },
      [self](watch_runtime& m) { self->state.on_watch_runtime(m); },
      [self](wake_due) { self->state.on_wake_due(); },
  };
}

} // namespace spillway::actors
