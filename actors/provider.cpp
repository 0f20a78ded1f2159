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

providers::upstream_call upstream(const call_provider& m) {
  return {*m.chat,  m.upstream_model, m.output_tokens_max, static_cast<bool>(m.sink),
          m.lease, m.responses_only};
}

provider_reply unsent_reply(failure_kind kind, const char* why, mono_time now) {
  provider_reply reply;
  reply.request_sent = false;
  reply.outcome = call_failure{kind, 0, why, {}};
  reply.sent_at = reply.first_byte_at = reply.finished_at = now;
  return reply;
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
  const bool streamed = m.sink && m.chat;
  if (m.embedding && !options_.codec->embeds())
    return unsent_reply(failure_kind::model_unavailable, "this provider has no embeddings",
                        self_->clock().now());
  wire::http_request request = encode(m);
  transport::http_timeouts timeouts = options_.timeouts;
  timeouts.total = std::min(timeouts.total, m.time_left);
  auto promise = self_->make_response_promise<provider_reply>();
  call c{promise, 0, std::nullopt, {}, m.embedding != nullptr};
  if (m.chat)
    c.left_out = options_.codec->left_out(upstream(m));
  if (streamed) {
    c.stream.emplace(m.request, m.model, m.sink, m.prelude);
    c.http = begin_stream(self_, *options_.http, m.lease.value, options_.endpoint,
                          std::move(request), timeouts);
  } else {
    c.http = begin_exchange(self_, *options_.http, m.lease.value, options_.endpoint,
                            std::move(request), timeouts);
  }
  calls_.emplace(m.lease, std::move(c));
  return promise;
}

wire::http_request provider_state::encode(const call_provider& m) const {
  wire::http_request request =
      m.embedding ? options_.codec->encode_embedding({*m.embedding, m.upstream_model})
                  : options_.codec->encode(upstream(m));
  if (!m.traceparent.empty())
    request.headers.add("traceparent", m.traceparent);
  return request;
}

void provider_state::on_cancel_call(const cancel_call& m) {
  if (const auto it = calls_.find(m.lease); it != calls_.end())
    options_.http->cancel(it->second.http);
}

// -- a reply as it comes --------------------------------------------------------------------------

void provider_state::on_stream_begun(stream_begun& m) {
  const auto it = calls_.find(lease_id{m.call});
  if (it == calls_.end())
    return;
  auto decoder = options_.codec->decode_stream(m.head.headers, options_.wall(self_->clock().now()));
  it->second.limits = options_.codec->observed_limits({m.head.status, m.head.headers, {}});
  it->second.stream->begin(std::move(decoder), m.head.sent_at, m.head.at);
}

void provider_state::on_stream_piece(const stream_piece& m) {
  const auto it = calls_.find(lease_id{m.call});
  if (it == calls_.end())
    return;
  it->second.stream->feed(m.bytes, self_->clock().now());
  move_on(it);
}

void provider_state::move_on(open_calls::iterator it) {
  call& open = it->second;
  if (auto more = open.stream->next()) {
    // Unbounded in time: the call's own total timeout stands above it.
    self_->request(open.stream->sink(), caf::infinite, std::move(*more))
        .then([this, lease = it->first](deltas_taken) { on_deltas_taken(lease); },
              [this, lease = it->first](const caf::error&) { on_sink_gone(lease); });
    return;
  }
  if (const std::size_t bytes = open.stream->take_silent_bytes(); bytes != 0)
    options_.http->consume(open.http, bytes);
  if (!open.stream->is_over())
    return;
  auto done = calls_.extract(it);
  provider_reply reply = reply_to(done.mapped());
  reply.left_out = std::move(done.mapped().left_out);
  if (reply.partial) // nothing that still comes could mend it
    options_.http->cancel(done.mapped().http);
  done.mapped().promise.deliver(std::move(reply));
}

void provider_state::on_deltas_taken(lease_id lease) {
  const auto it = calls_.find(lease);
  if (it == calls_.end())
    return;
  options_.http->consume(it->second.http, it->second.stream->delivered());
  move_on(it);
}

void provider_state::on_sink_gone(lease_id lease) {
  const auto it = calls_.find(lease);
  if (it == calls_.end())
    return;
  it->second.stream->drop_sink();
  options_.http->cancel(it->second.http);
  move_on(it);
}

// -- the end of a call ----------------------------------------------------------------------------

void provider_state::on_exchange_finished(exchange_finished& m) {
  const auto it = calls_.find(lease_id{m.call});
  if (it == calls_.end())
    return;
  if (it->second.stream) {
    it->second.stream->close(std::move(m.exchange), self_->clock().now());
    return move_on(it);
  }
  auto done = calls_.extract(it);
  provider_reply reply = reply_to(m.exchange, done.mapped().embeds);
  reply.left_out = std::move(done.mapped().left_out);
  done.mapped().promise.deliver(std::move(reply));
}

provider_reply provider_state::reply_to(call& streamed) const {
  reply_stream& stream = *streamed.stream;
  transport::http_exchange exchange = stream.exchange(self_->clock().now());
  auto came = stream.finish();
  if (!came) // no head, or one that was no success
    return reply_to(exchange, false);
  provider_reply reply;
  reply.sent_at = exchange.sent_at;
  reply.first_byte_at = exchange.first_byte_at;
  reply.finished_at = exchange.finished_at;
  reply.first_content_at = stream.first_content_at();
  reply.limits = streamed.limits;
  auto answer = std::make_shared<const chat_reply>(std::move(came->reply));
  if (!came->failure) {
    reply.outcome = std::move(answer);
    return reply;
  }
  reply.partial = std::move(answer);
  const auto* cut = std::get_if<transport::http_failure>(&exchange.outcome);
  // A connection that broke explains a body without an end; an error of the vendor's explains both.
  if (cut != nullptr && came->failure->kind == failure_kind::interrupted)
    reply.outcome = call_failure{failure_kind_of(*cut), 200, cut->message, {}};
  else
    reply.outcome = std::move(*came->failure);
  return reply;
}

provider_reply provider_state::reply_to(transport::http_exchange& exchange, bool embeds) const {
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
  const wall_time now = options_.wall(self_->clock().now());
  if (embeds) {
    auto decoded = options_.codec->decode_embedding(response, now);
    if (auto* vectors = std::get_if<embedding_reply>(&decoded))
      reply.outcome = std::make_shared<const embedding_reply>(std::move(*vectors));
    else
      reply.outcome = std::get<call_failure>(std::move(decoded));
    return reply;
  }
  auto decoded = options_.codec->decode(response, now);
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
      [self](stream_begun& m) { self->state.on_stream_begun(m); },
      [self](const stream_piece& m) { self->state.on_stream_piece(m); },
      [self](exchange_finished& m) { self->state.on_exchange_finished(m); },
  };
}

} // namespace spillway::actors
