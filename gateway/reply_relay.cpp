#include "gateway/reply_relay.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <memory>
#include <utility>

namespace spillway::gateway {
namespace {

/// What a relay keeps until its request has ended.
struct errand {
  reply_relay_options options;
  request_id id{};
  bool gone = false;
};

/// The transport's thread only sends a message. Weakly: a relay that has answered may go.
void watch_caller(reply_relay_actor::pointer self, const transport::http_responder& reply) {
  auto whom = caf::actor_cast<caf::weak_actor_ptr>(self->address());
  reply.on_gone([whom] {
    if (const auto strong = whom.lock())
      caf::anon_send(caf::actor_cast<reply_relay_actor>(strong), caller_gone{});
  });
}

void answer(reply_relay_actor::pointer self, const errand& e, const completion_reply& m) {
  self->send(e.options.explained, outcome_of(m, e.options.spoken->name_of(m.id),
                                                 e.options.call.request.labels.key));
  e.options.reply(to_response(m, e.options.call, *e.options.spoken,
                              e.options.wall(self->clock().now())));
  self->quit();
}

void answer_stopped(reply_relay_actor::pointer self, const errand& e) {
  e.options.reply(e.options.spoken->refuse(draining()));
  self->quit();
}

void ask_completion(reply_relay_actor::pointer self, const std::shared_ptr<errand>& e) {
  e->options.call.request.id = e->id;
  // Unbounded in time, because the request's own deadline stands above it.
  self->request(e->options.router, caf::infinite, e->options.call.request)
      .then([self, e](const completion_reply& m) { answer(self, *e, m); },
            [self, e](const caf::error&) { answer_stopped(self, *e); });
}

} // namespace

reply_relay_actor::behavior_type reply_relay(reply_relay_actor::pointer self,
                                             reply_relay_options options) {
  const auto e = std::make_shared<errand>(errand{std::move(options)});
  watch_caller(self, e->options.reply);
  self->request(e->options.router, caf::infinite, take_request_id{})
      .then(
          [self, e](const request_id_reply& m) {
            e->id = m.id;
            if (e->gone)
              self->quit();
            else
              ask_completion(self, e);
          },
          [self, e](const caf::error&) { answer_stopped(self, *e); });
  return {[self, e](caller_gone) {
    e->gone = true;
    if (e->id)
      self->send(e->options.router, cancel_completion{e->id});
  }};
}

} // namespace spillway::gateway
