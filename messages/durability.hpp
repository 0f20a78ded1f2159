#pragma once

#include "core/call_record.hpp"
#include "messages/trace.hpp"
#include "messages/type_ids.hpp"

#include <string>
#include <vector>

namespace spillway {

/// Command to the journal: make this intent durable. The call may leave only after the reply.
struct record_intent {
  call_intent row;
};

/// Event to the journal: how a call ended, and its trace. Both become durable together, so that no
/// crash leaves one without the other.
struct record_settlement {
  call_settlement row;
  std::shared_ptr<const report::generation> trace; ///< null: the call never left
};

/// Event to the journal: all that one limiter has learnt of its provider, to be durable soon.
struct record_lessons {
  limiter_lessons row;
};

struct journal_reply {
  bool durable = false;
  std::string reason; ///< why not
};

/// Command to the journal: the calls of one limiter since `since`, and what it learnt, for its
/// restart at `now`.
struct load_leases {
  key_id key;
  model_id model;
  wall_time since{};
  wall_time now{};
};

struct leases_reply {
  std::vector<rate::restored_lease> leases;
  std::vector<rate::learnt_limit> lessons;
  bool complete = false; ///< false: the journal could not be read
};

} // namespace spillway

SPILLWAY_MESSAGE(spillway::record_lessons)
SPILLWAY_MESSAGE(spillway::load_leases)
SPILLWAY_MESSAGE(spillway::leases_reply)
SPILLWAY_MESSAGE(spillway::record_intent)
SPILLWAY_MESSAGE(spillway::record_settlement)
SPILLWAY_MESSAGE(spillway::journal_reply)
