#pragma once

#include "core/access/key_ring.hpp"
#include "core/instant.hpp"
#include "messages/access.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstdint>

namespace spillway::gateway {

struct key_gate_options {
  router_actor router;
  key_keeper_actor keeper;
  wall_clock wall;
};

/// Stands before the router: a call with a virtual key must pass the key's own limits and models
/// first. What the call took in fact replaces what it was let in with. Ends with the router.
class key_gate_state {
public:
  static constexpr const char* name = "key_gate";

  void start(key_gate_actor::pointer self, key_gate_options options);

  caller_identity on_identify_caller(const identify_caller& m) const;
  void on_replace_keys(const replace_keys& m);
  caf::result<completion_reply> on_run_completion(run_completion& m);
  caf::result<completion_plan> on_plan_completion(plan_completion& m);

  const router_actor& router() const { return options_.router; }

private:
  instant now() const;

  key_gate_actor::pointer self_ = nullptr;
  key_gate_options options_;
  access::key_ring keys_;
  std::uint64_t next_lease_ = 1;
};

key_gate_actor::behavior_type key_gate(key_gate_actor::stateful_pointer<key_gate_state> self,
                                       key_gate_options options);

} // namespace spillway::gateway
