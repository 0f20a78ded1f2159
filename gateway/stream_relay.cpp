#include "gateway/stream_relay.hpp"

#include "core/bounds.hpp"
#include "transport/http_server.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace spillway::gateway {
namespace {

/// What the whole took, which no header could tell: a comment, which readers of a stream skip.
/// Source: https://html.spec.whatwg.org/multipage/server-sent-events.html (2026-11).
void append_totals(std::string& events, const completion_reply& m, const chat_call& call) {
  wire::http_headers totals;
  add_spillway_headers(totals, m, call, {});
  events += ": spillway";
  for (const std::string_view field :
       {"cost-usd", "input-tokens", "output-tokens", "waited-ms", "attempts", "budget-left-usd",
        "held-usd", "left-out", "tried"}) {
    std::string value{totals.find("x-spillway-" + std::string{field})};
    std::erase(value, ' '); // which ends a value here
    std::string name{field};
    std::ranges::replace(name, '-', '_');
    if (!value.empty())
      events.append(" ").append(name).append("=").append(value);
  }
  events += "\n\n";
}

/// What a relay keeps until its request has ended.
class errand {
public:
  errand(stream_relay_actor::pointer self, reply_relay_options options)
      : self_{self}, options_{std::move(options)},
        encoder_{options_.spoken->make_stream(options_.call)} {}

  void start() {
    watch_caller();
    self_->request(options_.router, caf::infinite, take_request_id{})
        .then([this](const request_id_reply& m) { on_id(m.id); },
              [this](const caf::error&) { refuse(options_.spoken->refuse(draining())); });
  }

  caf::result<deltas_taken> on_deliver_deltas(const deliver_deltas& m) {
    std::string events;
    if (!body_)
      open(m.model, m.kept, m.prelude.get(), events);
    if (m.parts != 0) // a comment: it says that work goes on to who reads along, and to proxies
      events += ": " + std::to_string(m.parts_done) + " of " + std::to_string(m.parts)
                + " parts of the prompt are answered\n\n";
    for (const chat_delta& delta : *m.deltas)
      encoder_->add(delta, events);
    write(events);
    if (waiting_bytes_ < bounds::delta_window_bytes || gone_)
      return deltas_taken{};
    held_ = self_->make_response_promise<deltas_taken>();
    return *held_;
  }

  void on_body_written(const body_written& m) {
    waiting_bytes_ -= std::min(m.bytes, waiting_bytes_);
    if (!held_ || waiting_bytes_ >= bounds::delta_window_bytes)
      return;
    std::exchange(held_, std::nullopt)->deliver(deltas_taken{});
  }

  void on_caller_gone() {
    gone_ = true;
    if (held_) // nobody will read what it holds back
      std::exchange(held_, std::nullopt)->deliver(deltas_taken{});
    if (id_)
      self_->send(options_.router, cancel_completion{id_});
  }

private:
  /// The transport's threads only send messages. Weakly: a relay that has ended may go.
  template <class Event>
  std::function<void(Event)> teller() const {
    return [whom = caf::actor_cast<caf::weak_actor_ptr>(self_->address())](Event event) {
      if (const auto strong = whom.lock())
        caf::anon_send(caf::actor_cast<stream_relay_actor>(strong), std::move(event));
    };
  }

  void watch_caller() {
    options_.reply.on_gone([tell = teller<caller_gone>()] { tell({}); });
  }

  void on_id(request_id id) {
    id_ = id;
    if (gone_)
      return refuse(options_.spoken->refuse(draining()));
    options_.call.request.id = id;
    owner_ = options_.call.request.labels.key;
    options_.call.request.sink = self_;
    // Unbounded in time, because the request's own deadline stands above it.
    self_->request(options_.router, caf::infinite, std::move(options_.call.request))
        .then([this](const completion_reply& m) { conclude(m); },
              [this](const caf::error&) { refuse(options_.spoken->refuse(draining())); });
  }

  /// `known`: null if nothing is yet.
  void open(const model_id& model, bool kept, const reply_prelude* known, std::string& events) {
    body_ = std::make_shared<transport::http_body>(
        [tell = teller<body_written>()](std::size_t bytes) { tell({bytes}); });
    transport::http_streamed_reply reply;
    reply.headers.add("Content-Type", "text/event-stream; charset=utf-8");
    reply.headers.add("Cache-Control", "no-cache");
    const std::string name = options_.spoken->name_of(id_);
    add_request_name(reply.headers, name);
    reply.headers.add("x-spillway-model", model.value);
    if (known) {
      add_tried_header(reply.headers, known->tried);
      add_context_headers(reply.headers, known->prompt);
      add_wait_header(reply.headers, known->waited);
    }
    if (options_.looks_for_kept)
      add_cache_header(reply.headers, kept ? answers::cache_outcome::hit
                                           : answers::cache_outcome::miss);
    if (options_.copy)
      copied_.headers = reply.headers;
    reply.body = body_;
    options_.reply(std::move(reply));
    encoder_->begin({name, model.value, options_.wall(self_->clock().now()),
                     known ? known->input_likely : token_count{}},
                    events);
  }

  void write(const std::string& events) {
    waiting_bytes_ += events.size();
    body_->write(events);
    if (options_.copy)
      copied_.body += events;
  }

  void conclude(const completion_reply& m) {
    const std::string name = options_.spoken->name_of(m.id);
    self_->send(options_.explained, outcome_of(m, name, owner_));
    std::string events;
    if (m.status == completion_status::answered) {
      if (!body_) // an answer without a word
        open(m.model, m.cache == answers::cache_outcome::hit, nullptr, events);
      append_totals(events, m, options_.call);
      encoder_->end(*m.reply, events);
    } else if (body_) {
      append_totals(events, m, options_.call);
      encoder_->fail(refusal_of(m), events);
    } else {
      return refuse(to_response(m, options_.call, *options_.spoken,
                                options_.wall(self_->clock().now())));
    }
    write(events);
    wire::http_headers totals;
    add_spillway_headers(totals, m, options_.call, name);
    body_->finish(std::move(totals));
    if (options_.copy)
      (*options_.copy)(m.status == completion_status::answered
                           ? std::move(copied_)
                           : options_.spoken->refuse(refusal_of(m)));
    self_->quit();
  }

  void refuse(wire::http_response response) {
    if (options_.copy)
      (*options_.copy)(response);
    if (body_)
      body_->abort();
    else
      options_.reply(std::move(response));
    self_->quit();
  }

  stream_relay_actor::pointer self_;
  reply_relay_options options_;
  std::shared_ptr<stream_encoder> encoder_;
  request_id id_;
  std::string owner_; ///< the virtual key it came by
  std::shared_ptr<transport::http_body> body_; ///< null: no word has been written yet
  std::size_t waiting_bytes_ = 0;              ///< written, but not yet on their way to the caller
  std::optional<caf::typed_response_promise<deltas_taken>> held_;
  bool gone_ = false;
  wire::http_response copied_; ///< all that was written, if a copy is wanted
};

} // namespace

stream_relay_actor::behavior_type stream_relay(stream_relay_actor::pointer self,
                                               reply_relay_options options) {
  const auto e = std::make_shared<errand>(self, std::move(options));
  e->start();
  return {
      [e](const deliver_deltas& m) { return e->on_deliver_deltas(m); },
      [e](caller_gone) { e->on_caller_gone(); },
      [e](const body_written& m) { e->on_body_written(m); },
  };
}

} // namespace spillway::gateway
