#pragma once

#include "gateway/api.hpp"
#include "gateway/explain_log.hpp"
#include "messages/handles.hpp"
#include "transport/http_server.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <string>

namespace spillway::gateway {

/// Event of a relay to itself: whoever has not answered will not any more.
struct question_due {};

/// Carries one question about requests between a connection and whoever knows. One a question.
using question_relay_actor = caf::typed_actor<caf::reacts_to<question_due>>;

struct plan_question {
  router_actor router;
  run_completion request;
  const api* spoken = nullptr; ///< of refusals
  std::function<std::string(const completion_plan&)> encode;
  transport::http_responder reply;
};

/// Asks the router what would become of a request. A plan that names no model is a refusal.
question_relay_actor::behavior_type plan_relay(question_relay_actor::pointer self,
                                               plan_question question);

struct explain_question {
  explain_log_actor log;
  std::string name;  ///< of the request, as its caller knows it
  std::string asker; ///< as in `get_outcome`
  const api* spoken = nullptr;
  transport::http_responder reply;
};

/// Asks the log what became of a request; 404 if it does not know.
question_relay_actor::behavior_type explain_relay(question_relay_actor::pointer self,
                                                  explain_question question);

} // namespace spillway::gateway

SPILLWAY_MESSAGE(spillway::gateway::question_due)
