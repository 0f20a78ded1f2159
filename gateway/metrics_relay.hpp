#pragma once

#include "gateway/metrics.hpp"
#include "transport/http_server.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <vector>

namespace spillway::gateway {

/// Whom a scrape asks.
struct metrics_sources {
  router_actor router;
  std::vector<limiter_actor> limiters; ///< each once
  budget_actor budget;
  langfuse_batcher_actor traces;
  answer_keeper_actor answers{}; ///< null: no answers are kept
};

/// Event of a relay to itself: whoever has not answered will not any more.
struct scrape_due {};

/// Asks everybody at once and answers one scrape; one a request.
using metrics_relay_actor = caf::typed_actor<caf::reacts_to<scrape_due>>;

metrics_relay_actor::behavior_type metrics_relay(metrics_relay_actor::pointer self,
                                                 metrics_sources sources,
                                                 transport::http_responder reply);

} // namespace spillway::gateway

SPILLWAY_MESSAGE(spillway::gateway::scrape_due)
