#include "gateway/reply_keeper.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <memory>
#include <utility>

namespace spillway::gateway {
namespace {

/// Its reply comes back as a message. Weakly: the gateway may go before its requests.
transport::http_responder responder_of(reply_keeper_actor::pointer self, std::string name) {
  auto whom = caf::actor_cast<caf::weak_actor_ptr>(self->address());
  return {[whom, name = std::move(name)](transport::http_server_reply reply) {
    if (const auto strong = whom.lock())
      caf::anon_send(caf::actor_cast<reply_keeper_actor>(strong),
                     served_once{name, std::move(reply)});
  }};
}

wire::http_response replayed(wire::http_response reply) {
  reply.headers.add("x-spillway-replayed", "true");
  return reply;
}

void on_serve_once(reply_keeper_actor::pointer self, kept_replies& kept, const serve_once& m) {
  using verdict = kept_replies::verdict;
  auto decided = kept.claim(m.request, m.caller, self->clock().now());
  if (decided.what == verdict::serve && m.streamed)
    kept.excuse_first(m.request.name);
  switch (decided.what) {
    case verdict::serve: return m.serve(responder_of(self, m.request.name));
    case verdict::wait: return;
    case verdict::replay: return m.caller(replayed(std::move(decided.reply)));
    case verdict::differs: return m.caller(m.spoken->refuse(reused_key()));
  }
}

} // namespace

reply_keeper_actor::behavior_type reply_keeper(reply_keeper_actor::pointer self,
                                               const router_actor& router) {
  self->monitor(router);
  self->set_down_handler([self](const caf::down_msg&) { self->quit(); });
  const auto kept = std::make_shared<kept_replies>();
  return {
      [self, kept](const serve_once& m) { on_serve_once(self, *kept, m); },
      [self, kept](const served_once& m) {
        for (const auto& caller : kept->finish(m.name, m.reply, self->clock().now()))
          caller(m.reply);
      },
  };
}

} // namespace spillway::gateway
