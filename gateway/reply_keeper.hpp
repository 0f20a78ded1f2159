#pragma once

#include "gateway/api.hpp"
#include "gateway/kept_replies.hpp"
#include "messages/handles.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <functional>

namespace spillway::gateway {

/// Event to the keeper: a caller sent a request with a name of its own.
struct serve_once {
  named_request request;
  const api* spoken = nullptr; ///< of a refusal
  transport::http_responder caller;
  /// Makes the request; its reply goes to the responder given. One that is streamed goes to the
  /// caller as it comes, and there when it has ended.
  std::function<void(transport::http_responder)> serve;
  bool streamed = false;
};

/// Event of the keeper to itself: a request it had made was answered.
struct served_once {
  std::string name;
  transport::http_server_reply reply;
};

/// Makes requests of one name once, and keeps their replies. A request that is made for it goes on
/// when its caller leaves, unless it is streamed: who lost the connection asks again. Who asks for
/// a stream again gets it in one piece. One per gateway.
using reply_keeper_actor =
    caf::typed_actor<caf::reacts_to<serve_once>, caf::reacts_to<served_once>>;

/// Ends with the router.
reply_keeper_actor::behavior_type reply_keeper(reply_keeper_actor::pointer self,
                                               const router_actor& router);

} // namespace spillway::gateway

SPILLWAY_MESSAGE(spillway::gateway::serve_once)
SPILLWAY_MESSAGE(spillway::gateway::served_once)
