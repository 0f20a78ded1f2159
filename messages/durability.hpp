#pragma once

#include "messages/type_ids.hpp"
#include "core/call_record.hpp"

#include <string>
#include <vector>

namespace spillway {

/// Command to the journal: make this intent durable. The call may leave only after the reply.
struct record_intent {
  call_intent row;
};

/// Event to the journal: how a call ended.
struct record_settlement {
  call_settlement row;
};

struct journal_reply {
  bool durable = false;
  std::string reason; ///< why not
};

} // namespace spillway

SPILLWAY_MESSAGE(spillway::record_intent)
SPILLWAY_MESSAGE(spillway::record_settlement)
SPILLWAY_MESSAGE(spillway::journal_reply)
