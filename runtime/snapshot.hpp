#pragma once

#include "messages/handles.hpp"
#include "runtime/wiring.hpp"

#include <caf/fwd.hpp>

#include <vector>

namespace spillway::runtime {

/// The state of a runtime at one moment.
struct snapshot {
  router_status router;
  std::vector<limiter_status> limiters; ///< in order of the catalog
  budget_status budget;
  trace_status traces;
};

/// Asks every actor for its part. Blocks; not for actors or I/O threads. Parts of actors that have
/// gone stay empty.
snapshot take_snapshot(caf::actor_system& system, const runtime_actors& actors);

} // namespace spillway::runtime
