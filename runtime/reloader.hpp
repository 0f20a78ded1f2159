#pragma once

#include "config/schema.hpp"
#include "core/instant.hpp"
#include "core/result.hpp"
#include "messages/private_handles.hpp"
#include "messages/reload.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <vector>

namespace spillway::runtime {

struct reloader_options {
  config::settings current;
  /// The configuration as it is now, completed by the environment. May block.
  std::function<result<config::settings>()> read;
  std::vector<model_id> wired; ///< models that have actors to call them
  router_self router;
  budget_self budget;
  answer_keeper_actor answers;
  supervisor_actor supervisor;
  wall_clock wall;
};

/// Reads the configuration when it is told to, and tells the actors that own what has changed. One
/// that is wrong changes nothing. Spawn it detached.
class reloader_state {
public:
  static constexpr const char* name = "reloader";

  void start(reloader_actor::pointer self, reloader_options options);
  reload_report on_reload_configuration();

private:
  reloader_actor::pointer self_ = nullptr;
  reloader_options options_;
};

reloader_actor::behavior_type reloader(reloader_actor::stateful_pointer<reloader_state> self,
                                       reloader_options options);

} // namespace spillway::runtime
