#include "actors/alert_courier.hpp"

#include <algorithm>
#include <utility>

namespace spillway::actors {
namespace {

constexpr const char* rule_undelivered = "alert_undelivered";

} // namespace

void alert_courier_state::start(alert_courier_self::pointer self, alert_courier_options options) {
  self_ = self;
  options_ = std::move(options);
  queue_ = alerts::delivery_queue{options_.seed};
}

instant alert_courier_state::now() const {
  const mono_time mono = self_->clock().now();
  return {mono, options_.wall(mono)};
}

caf::result<delivery_reply> alert_courier_state::on_deliver_notice(const deliver_notice& m) {
  auto promise = self_->make_response_promise<delivery_reply>();
  waiting_.emplace(m.notice.id, promise);
  if (const auto gone = queue_.push(m.notice)) {
    warn("too many notices wait for it; the oldest is given up");
    answer(*gone, {alerts::delivery_end::given_up, "too many notices wait"});
  }
  send_if_due();
  return promise;
}

void alert_courier_state::on_wake_due() {
  armed_at_ = mono_time::max();
  send_if_due();
}

void alert_courier_state::send_if_due() {
  const instant t = now();
  for (const alerts::numbered_notice& n : queue_.take_stale(t.wall)) {
    warn("a notice has waited for too long and is given up: " + line_of(*n.what));
    answer(n, {alerts::delivery_end::given_up, "it could not be delivered in time"});
  }
  if (queue_.due().value_or(mono_time::max()) <= t.mono)
    begin_exchange(self_, *options_.http, ++exchanges_, options_.endpoint,
                   options_.encode(queue_.begin(), t.wall), delivery_timeouts);
  arm();
}

void alert_courier_state::arm() {
  const auto due = queue_.due();
  if (!due || *due >= armed_at_)
    return;
  armed_at_ = *due;
  self_->delayed_send(self_, *due - now().mono, wake_due{});
}

// -- what became of it ----------------------------------------------------------------------------

void alert_courier_state::on_exchange_finished(const exchange_finished& m) {
  const alerts::delivery_verdict v = verdict_on(m.exchange);
  switch (v.attempt) {
    case alerts::delivery_attempt::taken: on_taken(v); break;
    case alerts::delivery_attempt::refused: on_refused(v); break;
    case alerts::delivery_attempt::failed: on_failed(v); break;
  }
  send_if_due();
}

alerts::delivery_verdict
alert_courier_state::verdict_on(const transport::http_exchange& exchange) const {
  if (const auto* failure = std::get_if<transport::http_failure>(&exchange.outcome))
    return {alerts::delivery_attempt::failed, failure->message, std::nullopt};
  return options_.judge(std::get<wire::http_response>(exchange.outcome), now().wall);
}

void alert_courier_state::on_taken(const alerts::delivery_verdict& v) {
  const bool was_failing = queue_.is_failing();
  answer(queue_.finish(true), {alerts::delivery_end::delivered, v.detail});
  if (was_failing && options_.alerts)
    self_->send(options_.alerts,
                end_alert{rule_undelivered, alerts::subject_of_target(options_.target)});
}

void alert_courier_state::on_refused(const alerts::delivery_verdict& v) {
  warn(v.detail + "; the notice is given up");
  answer(queue_.finish(false), {alerts::delivery_end::refused, v.detail});
}

void alert_courier_state::on_failed(const alerts::delivery_verdict& v) {
  if (queue_.current().what->kind == alerts::notice_kind::test)
    return answer(queue_.finish(false), {alerts::delivery_end::given_up, v.detail});
  if (!queue_.is_failing())
    warn(v.detail + "; notices are kept and tried again");
  queue_.put_back(v.retry_after, now().mono);
}

void alert_courier_state::warn(std::string text) {
  if (options_.alerts)
    self_->send(options_.alerts,
                raise_alert{alert_severity::warning, rule_undelivered,
                            alerts::subject_of_target(options_.target), std::move(text)});
}

void alert_courier_state::answer(const alerts::numbered_notice& n, delivery_reply reply) {
  if (auto waiter = waiting_.extract(n.id))
    waiter.mapped().deliver(std::move(reply));
}

void alert_courier_state::on_stop() {
  for (auto& entry : waiting_)
    entry.second.deliver(delivery_reply{alerts::delivery_end::postponed, "Spillway stops"});
  waiting_.clear();
  options_ = {};
}

alert_courier_self::behavior_type
alert_courier(alert_courier_self::stateful_pointer<alert_courier_state> self,
              alert_courier_options options) {
  self->state.start(self, std::move(options));
  self->set_exit_handler([self](caf::exit_msg& m) {
    self->state.on_stop();
    self->quit(std::move(m.reason));
  });
  return {
      [self](const deliver_notice& m) { return self->state.on_deliver_notice(m); },
      [self](const exchange_finished& m) { self->state.on_exchange_finished(m); },
      [self](wake_due) { self->state.on_wake_due(); },
  };
}

} // namespace spillway::actors
