#pragma once

#include "core/instant.hpp"
#include "gateway/api.hpp"
#include "gateway/explain_log.hpp"
#include "messages/handles.hpp"
#include "transport/http_server.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <optional>

namespace spillway::gateway {

/// Event to a relay: the caller has gone.
struct caller_gone {};

/// Carries one completion between a connection and the router. One a request; ends with its reply.
using reply_relay_actor = caf::typed_actor<caf::reacts_to<caller_gone>>;

struct reply_relay_options {
  router_actor router;
  wall_clock wall;
  const api* spoken = nullptr;
  chat_call call;
  transport::http_responder reply;
  explain_log_actor explained; ///< hears how it ended
  bool looks_for_kept = false; ///< a kept answer would do
  /// Gets a streamed reply once more at its end, whole, or the error that came instead.
  std::optional<transport::http_responder> copy{};
};

/// Asks the router, and answers the caller whatever becomes of it; a caller that goes cancels its
/// request.
reply_relay_actor::behavior_type reply_relay(reply_relay_actor::pointer self,
                                             reply_relay_options options);

} // namespace spillway::gateway

SPILLWAY_MESSAGE(spillway::gateway::caller_gone)
