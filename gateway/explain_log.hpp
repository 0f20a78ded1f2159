#pragma once

#include "messages/completion.hpp"
#include "messages/handles.hpp"
#include "wire/plan_json.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace spillway::gateway {

/// Event to the log: a request has ended.
struct note_outcome {
  request_id id;
  std::string owner; ///< the virtual key it came by; empty: none
  wire::explained_request outcome;
};

/// Command to the log: what became of this request?
struct get_outcome {
  request_id id;
  std::string asker; ///< the virtual key of who asks, and sees its own alone; empty: the operator
};

struct outcome_reply {
  std::optional<wire::explained_request> outcome; ///< absent: not known, or forgotten
};

/// Remembers why the latest requests went where they went, `bounds::explained_requests_max` of
/// them. One per gateway.
using explain_log_actor = caf::typed_actor<
    // One more has ended.
    caf::reacts_to<note_outcome>,
    // What became of it?
    caf::replies_to<get_outcome>::with<outcome_reply>>;

/// Ends with the router.
explain_log_actor::behavior_type explain_log(explain_log_actor::pointer self,
                                             const router_actor& router);

/// `m` as the log keeps it: without what was asked and answered.
note_outcome outcome_of(const completion_reply& m, std::string name, std::string owner);

} // namespace spillway::gateway

SPILLWAY_MESSAGE(spillway::gateway::note_outcome)
SPILLWAY_MESSAGE(spillway::gateway::get_outcome)
SPILLWAY_MESSAGE(spillway::gateway::outcome_reply)
