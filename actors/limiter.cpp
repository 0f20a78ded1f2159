#include "actors/limiter.hpp"

#include "core/bounds.hpp"

#include <algorithm>

namespace spillway::actors {
namespace {

/// The moment `t` before `now`, on both clocks.
instant earlier(instant now, mono_time t) {
  return {t, now.wall - (now.mono - t)};
}

raise_alert failing_alert(const model_id& model, routing::health h) {
  if (h == routing::health::gone)
    return {alert_severity::critical, "model_unavailable", model.value,
            "the provider does not serve it to this key: check the model's name, the account's "
            "access and the region. It is tried again in ten minutes"};
  return {alert_severity::critical, "model_failing", model.value,
          "it failed so often in a row that calls keep away from it; single ones find out when it "
          "is back"};
}

raise_alert back_alert(const model_id& model) {
  return {alert_severity::notice, "model_back", model.value, "it answers again"};
}

} // namespace

void limiter_state::start(limiter_self::pointer self, limiter_options options) {
  self_ = self;
  model_ = std::move(options.model);
  wall_ = std::move(options.wall);
  desk_ = rate::admission{std::move(options.limits)};
  if (options.lanes.empty())
    options.lanes.push_back(model_);
  for (model_id& lane : options.lanes)
    guards_.push_back({std::move(lane), routing::breaker{options.seed + guards_.size()}, {}});
  alerts_ = std::move(options.alerts);
  journal_ = std::move(options.journal);
  key_ = std::move(options.key);
  journal_model_ = std::move(options.journal_model);
  desk_.restore(options.restored, now());
  desk_.restore_lessons(options.lessons, now());
  if (options.quiet_for > duration{})
    desk_.pause_until(now().mono + options.quiet_for);
}

instant limiter_state::now() const {
  const mono_time mono = self_->clock().now();
  return {mono, wall_(mono)};
}

/// Calls of low priority make room before a limit is hit, so that others need not wait at it.
bool limiter_state::must_yield(const rate::waiting_call& call, instant at) const {
  return call.level == rate::priority::low
         && desk_.is_exhausted_within(bounds::diversion_horizon, at);
}

permit_reply limiter_state::on_acquire_permit(const acquire_permit& m) {
  const instant at = now();
  guard& g = guard_of(m.lane);
  if (const auto refused = refusal_of(g, m, at.mono))
    return *refused;
  if (queue_.empty() && !must_yield(m.call, at)) {
    const rate::decision d = desk_.acquire(m.call.lease, m.call.asked, at);
    if (d.outcome == rate::verdict::granted) {
      g.breaker.admit(m.call.lease, at.mono);
      remember_holder(m.call.lease);
      return {permit_verdict::granted, {}, {}};
    }
    if (d.outcome == rate::verdict::never)
      return {permit_verdict::never, {}, d.binding, use_of(d.binding, at)};
  }
  return quote(m.call, at);
}

std::optional<rate::dimension_usage>
limiter_state::use_of(std::optional<rate::dimension> which, instant at) const {
  if (!which)
    return std::nullopt;
  const std::vector<rate::dimension_usage> all = desk_.usage(at);
  const auto it = std::ranges::find(all, *which, &rate::dimension_usage::which);
  return it == all.end() ? std::nullopt : std::optional{*it};
}

/// Why a call may not even ask for room; absent: it may.
std::optional<permit_reply> limiter_state::refusal_of(guard& g, const acquire_permit& m,
                                                      mono_time at) {
  if (const auto wait = g.breaker.blocked_for(at))
    return permit_reply{permit_verdict::closed, {*wait, *wait, 0}, {}};
  if (m.is_retry && !g.retries.take(at))
    return permit_reply{permit_verdict::no_retry, {}, {}};
  return std::nullopt;
}

permit_reply limiter_state::on_quote_permit(const quote_permit& m) {
  const instant at = now();
  if (const auto wait = guard_of(m.lane).breaker.blocked_for(at.mono))
    return {permit_verdict::closed, {*wait, *wait, 0}, {}};
  const bool now_or_never = queue_.empty() && !must_yield(m.call, at);
  if (now_or_never && desk_.probe(m.call.asked, at).outcome == rate::verdict::granted)
    return {permit_verdict::granted, {}, {}};
  return quote(m.call, at);
}

/// What a call that is not granted at once is told.
permit_reply limiter_state::quote(const rate::waiting_call& call, instant at) const {
  const auto forecast = queue_.forecast(desk_, call, at);
  const auto binding = desk_.probe(call.asked, at).binding;
  if (!forecast)
    return {permit_verdict::never, {}, binding, use_of(binding, at)};
  return {permit_verdict::wait, *forecast, binding, use_of(binding, at)};
}

caf::result<permit_reply> limiter_state::on_await_permit(const await_permit& m) {
  const instant at = now();
  // A queued call that is the probe keeps others out until it has been made.
  if (const auto wait = guard_of(m.lane).breaker.admit(m.call.lease, at.mono))
    return permit_reply{permit_verdict::closed, {*wait, *wait, 0}, {}};
  const rate::queue_place place = queue_.push(m.call, at);
  if (place.gave_way) {
    forget_probe(*place.gave_way);
    answer(*place.gave_way, permit_verdict::overloaded);
  }
  if (!place.waits) {
    hear_of(m.lane, m.call.lease, routing::health::unknown, {});
    return permit_reply{permit_verdict::overloaded, {}, {}};
  }
  remember_holder(m.call.lease);
  const auto promise = self_->make_response_promise<permit_reply>();
  waiting_.emplace(m.call.lease, waiting_call{promise, m.lane});
  serve_queue();
  return promise;
}

void limiter_state::on_withdraw_permit(const withdraw_permit& m) {
  if (queue_.remove(m.lease))
    answer(m.lease, permit_verdict::withdrawn);
  else
    desk_.release(m.lease, rate::lease_end::not_sent, now());
  forget_probe(m.lease);
  serve_queue();
}

void limiter_state::on_settle_permit(const settle_permit& m) {
  const instant at = now();
  desk_.mark_sent(m.lease, earlier(at, m.sent_at));
  desk_.prove_arrival(m.lease, earlier(at, m.proof_at), m.observed.worked);
  observe(m.lease, m.observed);
  desk_.settle(m.lease, m.charged, at);
  guard_of(m.lane).retries.on_call(at.mono);
  hear_of(m.lane, m.lease, m.target, {});
  serve_queue();
}

void limiter_state::on_release_permit(const release_permit& m) {
  const instant at = now();
  if (m.how != rate::lease_end::not_sent)
    desk_.mark_sent(m.lease, earlier(at, m.sent_at));
  if (m.how == rate::lease_end::rejected)
    learn_of_refusal(m);
  desk_.release(m.lease, m.how, at);
  if (m.retry_after)
    desk_.pause_until(at.mono + std::min<duration>(*m.retry_after, bounds::retry_after_max));
  if (m.how != rate::lease_end::not_sent)
    guard_of(m.lane).retries.on_call(at.mono);
  hear_of(m.lane, m.lease, m.target, m.retry_after);
  serve_queue();
}

limiter_status limiter_state::on_get_limiter_status() {
  return {model_, desk_.usage(now()), desk_.open_leases(), queue_.size()};
}

void limiter_state::on_replace_limits(const replace_limits& m) {
  const instant at = now();
  desk_.replace_limits(m.limits, at);
  for (const lease_id lease : queue_.take_impossible(desk_, at)) {
    forget_probe(lease);
    answer(lease, permit_verdict::never);
  }
  // What the queue waited for may be due at another time.
  armed_at_ = mono_time::max();
  serve_queue();
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
  forget_probe(lease);
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
  answer(lease, permit_reply{verdict, {}, {}});
}

void limiter_state::answer(lease_id lease, const permit_reply& reply) {
  if (auto waiting = waiting_.extract(lease))
    waiting.mapped().promise.deliver(reply);
}

// -- the health of the models ---------------------------------------------------------------------

limiter_state::guard& limiter_state::guard_of(limiter_lane lane) {
  SPILLWAY_ASSERT(lane < guards_.size());
  return guards_[lane];
}

void limiter_state::hear_of(limiter_lane lane, lease_id lease, routing::health h,
                            std::optional<duration> retry_after) {
  guard& g = guard_of(lane);
  const bool was_closed = g.breaker.is_closed();
  g.breaker.on_end(lease, h, retry_after, self_->clock().now());
  if (g.breaker.is_closed() == was_closed)
    return;
  if (was_closed)
    turn_away(lane);
  if (alerts_)
    self_->send(alerts_, was_closed ? failing_alert(g.model, h) : back_alert(g.model));
}

/// Calls that wait for a model that has begun to fail are better off elsewhere.
void limiter_state::turn_away(limiter_lane lane) {
  const duration wait =
      guards_[lane].breaker.blocked_for(self_->clock().now()).value_or(duration{});
  std::vector<lease_id> leaving;
  for (const auto& [lease, call] : waiting_)
    if (call.lane == lane)
      leaving.push_back(lease);
  for (const lease_id lease : leaving) {
    queue_.remove(lease);
    answer(lease, permit_reply{permit_verdict::closed, {wait, wait, 0}, {}});
  }
}

/// If the call of `lease` was a probe, another one may be it.
void limiter_state::forget_probe(lease_id lease) {
  for (guard& g : guards_)
    g.breaker.on_end(lease, routing::health::unknown, {}, self_->clock().now());
}

// -- learning -------------------------------------------------------------------------------------

void limiter_state::observe(lease_id lease, const rate::observed_limits& seen) {
  const std::vector<rate::dimension> lowered = desk_.observe(lease, seen, now());
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
  observe(m.lease, m.observed);
  desk_.hear_refusal(m.lease, m.observed, m.refused_by, now());
  keep_lessons();
}

void limiter_state::keep_lessons() {
  if (journal_)
    self_->send(journal_, record_lessons{{key_, journal_model_, desk_.lessons(now())}});
}

void limiter_state::serve_queue() {
  if (queue_.empty())
    return;
  const instant at = now();
  for (const lease_id lease : queue_.take_expired(at.mono)) {
    forget_probe(lease);
    answer(lease, permit_verdict::expired);
  }
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
      [self](const quote_permit& m) { return self->state.on_quote_permit(m); },
      [self](const await_permit& m) { return self->state.on_await_permit(m); },
      [self](const withdraw_permit& m) { self->state.on_withdraw_permit(m); },
      [self](const settle_permit& m) { self->state.on_settle_permit(m); },
      [self](const release_permit& m) { self->state.on_release_permit(m); },
      [self](get_limiter_status) { return self->state.on_get_limiter_status(); },
      [self](const replace_limits& m) { self->state.on_replace_limits(m); },
      [self](wake_due) { self->state.on_wake_due(); },
  };
}

} // namespace spillway::actors
