#pragma once

#include "core/instant.hpp"
#include "core/routing/fallback.hpp"
#include "messages/private_handles.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace spillway::actors {

struct plan_job_options {
  budget_actor budget;
  routing::fallback_policy policy;
  wall_clock wall;
  std::shared_ptr<const catalog> models;
  routing::plan plan; ///< its first rows are the candidates, in order
  context::note prompt{};
  std::vector<routing::candidate> candidates; ///< not empty; side by side with `targets`
  std::vector<call_target> targets;
};

/// Foretells one request and ends: asks budget and limiters what they would say, then walks the
/// answers as a completion job would.
class plan_job_state {
public:
  static constexpr const char* name = "plan_job";

  void start(plan_job_actor::pointer self, plan_job_options options);

  caf::result<completion_plan> on_plan_completion(plan_completion& m);

private:
  /// What budget and limiter say of one candidate; absent while they have not, or if they died.
  struct answer {
    std::optional<money::spend_decision> money;
    std::optional<permit_reply> permit;
  };

  void ask_about(std::size_t index);
  void on_answered();
  void conclude();
  routing::next_step step(routing::fallback& walk, std::size_t index);

  plan_job_actor::pointer self_ = nullptr;
  plan_job_options options_;
  run_completion request_;
  std::vector<answer> answers_;
  std::size_t outstanding_ = 0;
  caf::typed_response_promise<completion_plan> promise_;
};

plan_job_actor::behavior_type plan_job(plan_job_actor::stateful_pointer<plan_job_state> self,
                                       plan_job_options options);

} // namespace spillway::actors
