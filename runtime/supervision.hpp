#pragma once

#include "core/catalog.hpp"
#include "core/instant.hpp"
#include "messages/private_handles.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <deque>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

namespace spillway::runtime {

/// A model's limiter and provider with one key, as the router knows them.
struct supervised_target {
  model_id model;
  key_id credential; ///< "openai/default": each has a provider actor of its own
  call_target target;
  model_id journal_model = {}; ///< whose calls fill the limiter's windows; empty: all of its key
  std::string tier = {};       ///< whose limits hold for the key; empty: the provider's tier
};

/// What a limiter that starts again must still count. `complete` is false if nobody knows.
struct limiter_memory {
  std::vector<rate::restored_lease> leases;
  std::vector<rate::learnt_limit> lessons;
  bool complete = false;
};

struct supervisor_options {
  router_self router;
  budget_actor budget;
  journal_actor journal; ///< none: a limiter starts again without memory
  alert_sink_actor alerts;
  wall_clock wall;
  std::vector<supervised_target> targets;
  std::shared_ptr<const catalog> models; ///< whose limits `targets` keep to
  std::function<limiter_actor(const supervised_target&, const catalog&, limiter_memory)>
      spawn_limiter;
  std::function<provider_actor(const key_id& credential)> spawn_provider;
  std::function<void(std::string reason)> on_give_up; ///< the runtime must stop
};

/// Starts dead limiters and providers again: a limiter with the calls that the journal still knows,
/// or silent for a minute if there is none. One that dies more than `bounds::restarts_max` times
/// within `bounds::restart_window` ends the runtime with a reason, and so does a dead budget or
/// journal: going on without them could overspend. Limiters hear from it of limits that change, so
/// that one that starts again has the latest.
class supervisor_state {
public:
  static constexpr const char* name = "supervisor";

  void start(supervisor_actor::pointer self, supervisor_options options);
  void on_down(const caf::down_msg& m);
  void on_replace_models(const replace_models& m);
  void on_stop();

private:
  bool may_restart(const std::string& role, const caf::error& why);
  void give_up(const std::string& role, const std::string& reason);
  void restart_limiter(std::size_t index);
  void replace_limiter(std::size_t index, limiter_memory memory);
  void restart_provider(const key_id& credential);
  void announce(std::size_t index);

  supervisor_actor::pointer self_ = nullptr;
  supervisor_options options_;
  std::unordered_map<std::string, std::deque<mono_time>> restarts_;
};

supervisor_actor::behavior_type
supervisor(supervisor_actor::stateful_pointer<supervisor_state> self, supervisor_options options);

} // namespace spillway::runtime
