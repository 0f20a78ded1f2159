#pragma once

#include "messages/handles.hpp"

#include <caf/scoped_actor.hpp>

namespace spillway::runtime {

/// Asks the runtime from a thread that is not an actor's, and blocks until the answer is there.
///
/// Never call it from an actor or an I/O thread: the answer comes on the thread it would block. One
/// call at a time; each thread makes its own client.
class blocking_client {
public:
  /// Requires: `system` outlives the client.
  blocking_client(caf::actor_system& system, router_actor router);
  ~blocking_client();

  /// Every outcome is a reply; `shutting_down` if the runtime has gone.
  completion_reply complete(run_completion request);

  /// A shorthand: one user turn, everything else by default.
  completion_reply ask(const std::string& target, const std::string& question);

private:
  caf::scoped_actor self_;
  router_actor router_;
};

} // namespace spillway::runtime
