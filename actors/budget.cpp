#include "actors/budget.hpp"

namespace spillway::actors {

void budget_state::start(budget_actor::pointer self, budget_options options) {
  self_ = self;
  wall_ = std::move(options.wall);
  alerts_ = std::move(options.alerts);
  ledger_ = money::ledger{std::move(options.rules), std::move(options.zone)};
  ledger_.restore(options.restored, now());
}

wall_time budget_state::now() const {
  return wall_(self_->clock().now());
}

spend_reply budget_state::on_reserve_spend(const reserve_spend& m) {
  spend_reply reply{ledger_.reserve(m.id, m.scopes, m.amount, now())};
  if (reply.decision.reserved)
    remember_holder(m.id, m.amount);
  return reply;
}

void budget_state::on_settle_spend(const settle_spend& m) {
  const auto excess = ledger_.settle(m.id, m.actual);
  if (excess && *excess > nano_usd{0})
    report_overrun(m.id, *excess);
}

void budget_state::on_release_spend(const release_spend& m) {
  ledger_.release(m.id);
}

budget_status budget_state::on_get_budget_status() {
  return {ledger_.status(now()), ledger_.open_reservations()};
}

void budget_state::on_holder_down(const caf::down_msg& m) {
  if (auto held = holders_.extract(m.source))
    ledger_.settle(held.mapped().id, held.mapped().amount);
}

void budget_state::remember_holder(reservation_id id, nano_usd amount) {
  const auto holder = caf::actor_cast<caf::actor_addr>(self_->current_sender());
  if (!holder)
    return;
  const auto [it, fresh] = holders_.insert_or_assign(holder, holding{id, amount});
  if (fresh)
    self_->monitor(holder);
}

void budget_state::report_overrun(reservation_id id, nano_usd excess) {
  self_->send(alerts_, raise_alert{alert_severity::warning, "spend_over_reservation",
                                   "reservation " + std::to_string(id.value),
                                   "a call cost " + to_display_usd(excess, 6)
                                       + " more than its worst case; check the model's prices"});
}

budget_actor::behavior_type budget(budget_actor::stateful_pointer<budget_state> self,
                                   budget_options options) {
  self->state.start(self, std::move(options));
  self->set_down_handler([self](caf::down_msg& m) { self->state.on_holder_down(m); });
  return {
      [self](const reserve_spend& m) { return self->state.on_reserve_spend(m); },
      [self](const settle_spend& m) { self->state.on_settle_spend(m); },
      [self](const release_spend& m) { self->state.on_release_spend(m); },
      [self](get_budget_status) { return self->state.on_get_budget_status(); },
  };
}

} // namespace spillway::actors
