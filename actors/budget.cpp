#include "actors/budget.hpp"

#include <algorithm>

namespace spillway::actors {

void budget_state::start(budget_self::pointer self, budget_options options) {
  self_ = self;
  wall_ = std::move(options.wall);
  alerts_ = std::move(options.alerts);
  costs_ = money::cost_log{options.zone};
  costs_.restore(options.restored, options.restored_since.value_or(now()));
  rules_[rule_origin::configuration] = options.rules;
  ledger_ = money::ledger{std::move(options.rules), std::move(options.zone)};
  ledger_.restore(options.restored, now());
  ledger_.watch_levels(std::move(options.alert_levels));
  report_crossings();
}

wall_time budget_state::now() const {
  return wall_(self_->clock().now());
}

caf::result<spend_reply> budget_state::on_reserve_spend(reserve_spend& m) {
  remember_holder(m.id);
  auto decision = queue_.ask(
      ledger_, {m.id, m.scopes, m.amount, m.least.value_or(m.amount), m.wait_until}, now());
  report_crossings();
  if (decision && !decision->reserved)
    return spend_reply{std::move(*decision)};
  costs_.open(m.id, std::move(m.model), std::move(m.scopes), now());
  if (decision)
    return spend_reply{std::move(*decision)};
  auto promise = self_->make_response_promise<spend_reply>();
  waiting_.emplace(m.id, promise);
  arm_timer();
  return promise;
}

void budget_state::on_settle_spend(const settle_spend& m) {
  const auto excess = ledger_.settle(m.id, m.actual);
  if (excess && *excess > nano_usd{0})
    report_overrun(m.id, *excess);
  costs_.close(m.id, m.actual);
  report_crossings();
  answer_waiting();
}

void budget_state::on_release_spend(const release_spend& m) {
  if (queue_.withdraw(m.id)) {
    auto waiter = waiting_.extract(m.id);
    waiter.mapped().deliver(spend_reply{});
  }
  ledger_.release(m.id);
  costs_.close(m.id, nano_usd{});
  answer_waiting();
}

budget_status budget_state::on_get_budget_status() {
  return {ledger_.status(now()), ledger_.open_reservations(), queue_.size()};
}

budget_check budget_state::on_check_budget(const check_budget& m) const {
  return {ledger_.check({{}, m.scopes, m.amount, m.amount}, now())};
}

remaining_budget budget_state::on_get_remaining_budget(const get_remaining_budget& m) const {
  return {ledger_.headroom(m.scopes, now()), ledger_.concerning(m.scopes, now())};
}

cumulative_cost budget_state::on_get_cumulative_cost(const get_cumulative_cost& m) const {
  const money::cost_span span = costs_.running(m.timeframe, now());
  return {costs_.total({m.model, m.scope, span}), span, costs_.is_complete(span)};
}

cost_breakdown budget_state::on_get_cost_breakdown(const get_cost_breakdown& m) const {
  const money::cost_span span = costs_.running(m.timeframe, now());
  return {costs_.breakdown(m.by, {m.model, m.scope, span}), span, costs_.is_complete(span)};
}

void budget_state::on_replace_budget_rules(replace_budget_rules& m) {
  rules_[m.origin] = std::move(m.rules);
  std::vector<money::budget_rule> all;
  for (const auto& [origin, rules] : rules_)
    all.insert(all.end(), rules.begin(), rules.end());
  for (const money::budget_rule& fresh : ledger_.replace_rules(std::move(all)))
    seed(fresh);
  report_crossings();
  answer_waiting();
}

/// What the log of costs knows of the running period is spent for a new rule, too.
void budget_state::seed(const money::budget_rule& rule) {
  const money::cost_span span = costs_.running(rule.per, now());
  for (const money::cost_line& line : costs_.spent_within(rule, span))
    ledger_.add_spent(rule, line.name, line.sum.cost, now());
}

void budget_state::on_holder_down(const caf::down_msg& m) {
  const auto held = holders_.extract(m.source);
  if (!held)
    return;
  const reservation_id id = held.mapped();
  if (queue_.withdraw(id))
    waiting_.erase(id);
  costs_.close(id, ledger_.forfeit(id).value_or(nano_usd{}));
}

void budget_state::remember_holder(reservation_id id) {
  const auto holder = caf::actor_cast<caf::actor_addr>(self_->current_sender());
  if (!holder)
    return;
  const auto [it, fresh] = holders_.insert_or_assign(holder, id);
  if (fresh)
    self_->monitor(holder);
}

void budget_state::on_wake_due() {
  armed_at_ = wall_time::max();
  answer_waiting();
}

void budget_state::answer_waiting() {
  if (queue_.size() == 0)
    return;
  for (money::late_answer& a : queue_.answer(ledger_, now())) {
    auto waiter = waiting_.extract(a.id);
    if (a.decision.reserved)
      costs_.begin_now(a.id, now());
    else
      costs_.close(a.id, nano_usd{});
    waiter.mapped().deliver(spend_reply{std::move(a.decision)});
  }
  report_crossings();
  arm_timer();
}

void budget_state::arm_timer() {
  const wall_time due = queue_.due();
  if (armed_at_ <= due)
    return;
  armed_at_ = due;
  self_->delayed_send(self_, std::max(due - now(), duration{}), wake_due{});
}

void budget_state::on_stop() {
  for (auto& [id, waiter] : waiting_)
    waiter.deliver(spend_reply{});
  waiting_.clear();
}

void budget_state::report_crossings() {
  for (money::level_crossing& c : ledger_.take_crossings())
    self_->send(alerts_, threshold_crossed{std::move(c)});
}

void budget_state::report_overrun(reservation_id id, nano_usd excess) {
  self_->send(alerts_,
              raise_alert{alert_severity::warning, "spend_over_reservation",
                          costs_.model_of(id).value,
                          "call " + std::to_string(id.value) + " cost " + to_display_usd(excess, 6)
                              + " more than its worst case; check the model's prices"});
}

budget_self::behavior_type budget(budget_self::stateful_pointer<budget_state> self,
                                  budget_options options) {
  self->state.start(self, std::move(options));
  self->set_down_handler([self](caf::down_msg& m) { self->state.on_holder_down(m); });
  self->set_exit_handler([self](caf::exit_msg& m) {
    self->state.on_stop();
    self->quit(std::move(m.reason));
  });
  return {
      [self](reserve_spend& m) { return self->state.on_reserve_spend(m); },
      [self](const settle_spend& m) { self->state.on_settle_spend(m); },
      [self](const release_spend& m) { self->state.on_release_spend(m); },
      [self](get_budget_status) { return self->state.on_get_budget_status(); },
      [self](const check_budget& m) { return self->state.on_check_budget(m); },
      [self](const get_remaining_budget& m) { return self->state.on_get_remaining_budget(m); },
      [self](const get_cumulative_cost& m) { return self->state.on_get_cumulative_cost(m); },
      [self](const get_cost_breakdown& m) { return self->state.on_get_cost_breakdown(m); },
      [self](replace_budget_rules& m) { self->state.on_replace_budget_rules(m); },
      [self](wake_due) { self->state.on_wake_due(); },
  };
}

} // namespace spillway::actors
