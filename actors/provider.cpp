#include "actors/provider.hpp"

#include <algorithm>

namespace spillway::actors {
namespace {

failure_kind failure_kind_of(const transport::http_failure& failure) {
  using kind = transport::http_failure_kind;
  switch (failure.kind) {
    case kind::resolve_failed:
    case kind::connect_failed:
    case kind::tls_failed:
    case kind::connect_timeout:
    case kind::pool_exhausted: return failure_kind::unreachable;
    case kind::first_byte_timeout:
    case kind::idle_timeout:
    case kind::total_timeout: return failure_kind::timed_out;
    case kind::reset:
    case kind::protocol_error:
      return failure.request_sent ? failure_kind::interrupted : failure_kind::unreachable;
    case kind::cancelled:
    case kind::shut_down: return failure_kind::cancelled;
  }
  return failure_kind::interrupted;
}

provider_reply stopped_reply(mono_time now) {
  provider_reply reply;
  reply.outcome = call_failure{failure_kind::cancelled, 0, "the provider actor stopped", {}};
  reply.sent_at = reply.first_byte_at = reply.finished_at = now;
  return reply;
}

} // namespace

void provider_state::start(provider_self::pointer self, provider_options options) {
  self_ = self;
  options_ = std::move(options);
}

caf::result<provider_reply> provider_state::on_call_provider(const call_provider& m) {
  wire::http_request request =
      options_.codec->encode({*m.chat, m.upstream_model, m.output_tokens_max});
  transport::http_timeouts timeouts = options_.timeouts;
  timeouts.total = std::min(timeouts.total, m.time_left);
  auto promise = self_->make_response_promise<provider_reply>();
  const auto http = begin_exchange(self_, *options_.http, m.lease.value, options_.endpoint,
                                   std::move(request), timeouts);
  calls_.emplace(m.lease, call{promise, http});
  return promise;
}

void provider_state::on_cancel_call(const cancel_call& m) {
  if (const auto it = calls_.find(m.lease); it != calls_.end())
    options_.http->cancel(it->second.http);
}

void provider_state::on_exchange_finished(exchange_finished& m) {
  if (auto done = calls_.extract(lease_id{m.call}))
    done.mapped().promise.deliver(reply_to(m.exchange));
}

provider_reply provider_state::reply_to(transport::http_exchange& exchange) const {
  provider_reply reply;
  reply.sent_at = exchange.sent_at;
  reply.first_byte_at = exchange.first_byte_at;
  reply.finished_at = exchange.finished_at;
  if (const auto* failure = std::get_if<transport::http_failure>(&exchange.outcome)) {
    reply.request_sent = failure->request_sent;
    reply.outcome = call_failure{failure_kind_of(*failure), 0, failure->message, {}};
    return reply;
  }
  const auto& response = std::get<wire::http_response>(exchange.outcome);
  reply.limits = options_.codec->observed_limits(response);
  auto decoded = options_.codec->decode(response, options_.wall(self_->clock().now()));
  if (auto* answer = std::get_if<chat_reply>(&decoded))
    reply.outcome = std::make_shared<const chat_reply>(std::move(*answer));
  else
    reply.outcome = std::get<call_failure>(std::move(decoded));
  return reply;
}

void provider_state::on_stop() {
  for (auto& entry : calls_) {
    call& open = entry.second;
    options_.http->cancel(open.http);
    open.promise.deliver(stopped_reply(self_->clock().now()));
  }
  calls_.clear();
}

provider_self::behavior_type provider(provider_self::stateful_pointer<provider_state> self,
                                      provider_options options) {
  self->state.start(self, std::move(options));
  self->set_exit_handler([self](caf::exit_msg& m) {
    self->state.on_stop();
    self->quit(std::move(m.reason));
  });
  return {
      [self](const call_provider& m) { return self->state.on_call_provider(m); },
      [self](const cancel_call& m) { self->state.on_cancel_call(m); },
      [self](exchange_finished& m) { self->state.on_exchange_finished(m); },
  };
}

} // namespace spillway::actors
