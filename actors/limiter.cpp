#include "actors/limiter.hpp"

#include "core/bounds.hpp"

#include <algorithm>

namespace spillway::actors {
namespace {

/// The moment `t` before `now`, on both clocks.
instant earlier(instant now, mono_time t) {
  return {t, now.wall - (now.mono - t)};
}

} // namespace

void limiter_state::start(limiter_self::pointer self, limiter_options options) {
  self_ = self;
  model_ = std::move(options.model);
  wall_ = std::move(options.wall);
  desk_ = rate::admission{std::move(options.limits)};
  alerts_ = std::move(options.alerts);
  on_lesson_ = std::move(options.on_lesson);
  desk_.restore(options.restored, now());
  desk_.restore_lessons(options.lessons, now());
  if (options.quiet_for > duration{})
    desk_.pause_until(now().mono + options.quiet_for);
}

instant limiter_state::now() const {
  const mono_time mono = self_->clock().now();
  return {mono, wall_(mono)};
}

permit_reply limiter_state::on_acquire_permit(const acquire_permit& m) {
  const instant at = now();
  // Calls of low priority make room before a limit is hit, so that others need not wait at it.
  const bool yields = m.call.level == rate::priority::low
                      && desk_.is_exhausted_within(bounds::diversion_horizon, at);
  if (queue_.empty() && !yields) {
    const rate::decision d = desk_.acquire(m.call.lease, m.call.asked, at);
    if (d.outcome == rate::verdict::granted) {
      remember_holder(m.call.lease);
      return {permit_verdict::granted, {}, {}};
    }
    if (d.outcome == rate::verdict::never)
      return {permit_verdict::never, {}, d.binding};
  }
  const auto forecast = queue_.forecast(desk_, m.call, at);
  const auto binding = desk_.probe(m.call.asked, at).binding;
  if (!forecast)
    return {permit_verdict::never, {}, binding};
  return {permit_verdict::wait, *forecast, binding};
}

caf::result<permit_reply> limiter_state::on_await_permit(const await_permit& m) {
  if (!queue_.push(m.call, now()))
    return permit_reply{permit_verdict::overloaded, {}, {}};
  remember_holder(m.call.lease);
  auto [it, fresh] = waiting_.emplace(m.call.lease, self_->make_response_promise<permit_reply>());
  const promise waiting = it->second;
  serve_queue();
  return waiting;
}

void limiter_state::on_withdraw_permit(const withdraw_permit& m) {
  if (queue_.remove(m.lease))
    answer(m.lease, permit_verdict::withdrawn);
  else
    desk_.release(m.lease, rate::lease_end::not_sent, now());
  serve_queue();
}

void limiter_state::on_settle_permit(const settle_permit& m) {
  const instant at = now();
  desk_.mark_sent(m.lease, earlier(at, m.sent_at));
  desk_.prove_arrival(m.lease, earlier(at, m.proof_at));
  desk_.settle(m.lease, m.charged, at);
  observe(m.observed, m.sent_at, m.proof_at);
  serve_queue();
}

void limiter_state::on_release_permit(const release_permit& m) {
  const instant at = now();
  if (m.how != rate::lease_end::not_sent)
    desk_.mark_sent(m.lease, earlier(at, m.sent_at));
  desk_.release(m.lease, m.how, at);
  if (m.how == rate::lease_end::rejected)
    learn_of_refusal(m);
  if (m.retry_after)
    desk_.pause_until(at.mono + std::min<duration>(*m.retry_after, bounds::retry_after_max));
  serve_queue();
}

limiter_status limiter_state::on_get_limiter_status() {
  return {model_, desk_.usage(now()), desk_.open_leases(), queue_.size()};
}

void limiter_state::on_wake_due() {
  armed_at_ = mono_time::max();
  serve_queue();
}

void limiter_state::on_holder_down(const caf::down_msg& m) {
  const auto it = holders_.find(m.source);
  if (it == holders_.end())
    return;
  const lease_id lease = it->second;
  holders_.erase(it);
  if (queue_.remove(lease))
    waiting_.erase(lease);
  else
    desk_.release(lease, rate::lease_end::unknown, now());
  serve_queue();
}

void limiter_state::on_stop() {
  for (const lease_id lease : queue_.take_all())
    answer(lease, permit_verdict::withdrawn);
}

void limiter_state::remember_holder(lease_id lease) {
  const auto holder = caf::actor_cast<caf::actor_addr>(self_->current_sender());
  if (!holder)
    return;
  const auto [it, fresh] = holders_.insert_or_assign(holder, lease);
  if (fresh)
    self_->monitor(holder);
}

void limiter_state::answer(lease_id lease, permit_verdict verdict) {
  if (auto waiting = waiting_.extract(lease))
    waiting.mapped().deliver(permit_reply{verdict, {}, {}});
}

// -- learning -------------------------------------------------------------------------------------

void limiter_state::observe(const rate::observed_limits& seen, mono_time sent_at,
                            mono_time proof_at) {
  const std::vector<rate::dimension> lowered = desk_.observe(seen, sent_at, proof_at, now());
  if (lowered.empty())
    return;
  for (const rate::dimension d : lowered)
    if (alerts_)
      self_->send(alerts_, raise_alert{alert_severity::warning, "limit_below_configuration",
                                       model_.value,
                                       std::string{"the provider's headers name a lower limit of "}
                                           + to_string(d)
                                           + " than the configuration; the lower one is kept. "
                                             "Correct the tier or the model's limits"});
  keep_lessons();
}

void limiter_state::learn_of_refusal(const release_permit& m) {
  observe(m.observed, m.sent_at, m.proof_at);
  desk_.hear_refusal(m.refused_by, now());
  keep_lessons();
}

void limiter_state::keep_lessons() {
  if (on_lesson_)
    on_lesson_(desk_.lessons(now()));
}

void limiter_state::serve_queue() {
  if (queue_.empty())
    return;
  const instant at = now();
  for (const lease_id lease : queue_.take_expired(at.mono))
    answer(lease, permit_verdict::expired);
  for (const lease_id lease : queue_.grant_ready(desk_, at))
    answer(lease, permit_verdict::granted);
  arm();
}

void limiter_state::arm() {
  const instant at = now();
  const auto due = queue_.next_due(desk_, at);
  if (!due || *due >= armed_at_)
    return;
  armed_at_ = std::max(*due, at.mono);
  self_->delayed_send(self_, armed_at_ - at.mono, wake_due{});
}

limiter_self::behavior_type limiter(limiter_self::stateful_pointer<limiter_state> self,
                                    limiter_options options) {
  self->state.start(self, std::move(options));
  self->set_down_handler([self](caf::down_msg& m) { self->state.on_holder_down(m); });
  self->set_exit_handler([self](caf::exit_msg& m) {
    self->state.on_stop();
    self->quit(std::move(m.reason));
  });
  return {
      [self](const acquire_permit& m) { return self->state.on_acquire_permit(m); },
      [self](const await_permit& m) { return self->state.on_await_permit(m); },
      [self](const withdraw_permit& m) { self->state.on_withdraw_permit(m); },
      [self](const settle_permit& m) { self->state.on_settle_permit(m); },
      [self](const release_permit& m) { self->state.on_release_permit(m); },
      [self](get_limiter_status) { return self->state.on_get_limiter_status(); },
      [self](wake_due) { self->state.on_wake_due(); },
  };
}

} // namespace spillway::actors
