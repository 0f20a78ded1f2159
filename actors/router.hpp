#pragma once

#include "actors/request_planner.hpp"
#include "core/instant.hpp"
#include "core/report/usage_report.hpp"
#include "messages/private_handles.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace spillway::actors {

struct router_options {
  routing::rules rules;
  target_table targets;
  /// Spawns an idle job that reports to the router given.
  std::function<completion_job_actor(router_self)> spawn_job;
  alert_sink_actor alerts;
  budget_actor budget; ///< asked about plans
  wall_clock wall;
  std::uint64_t seed = 0; ///< of trace ids
  request_id first_id{1}; ///< ids count up from here; above all ids of earlier runs
  answer_keeper_actor answers{};      ///< null: no answers are kept
};

/// Takes requests in, plans them, hands each to a job of its own and gives the outcome back.
/// Keeps idle jobs: a job serves many requests, one at a time.
class router_state {
public:
  static constexpr const char* name = "router";

  void start(router_self::pointer self, router_options options);

  caf::result<completion_reply> on_run_completion(run_completion& m);
  caf::result<completion_plan> on_plan_completion(plan_completion& m);
  request_id_reply on_take_request_id();
  void on_cancel_completion(const cancel_completion& m);
  void on_completion_finished(completion_finished& m);
  router_status on_get_router_status() const;
  caf::result<drain_reply> on_drain_requests(const drain_requests& m);
  void on_replace_target(const replace_target& m);
  void on_replace_routing(replace_routing& m);
  void on_key_condemned(const key_condemned& m);
  void on_record_feedback(const record_feedback& m);
  void on_drain_timeout();
  void on_job_down(const caf::down_msg& m);
  void on_stop();

private:
  struct running_request {
    caf::typed_response_promise<completion_reply> promise;
    completion_job_actor job;
    model_id preferred;
    std::shared_ptr<const chat_request> chat;
  };

  bool may_be_kept(const run_completion& m) const;
  caf::result<completion_reply> hand_to_keeper(run_completion& m);
  caf::result<completion_reply> hand_to_chunk_job(run_completion& m, planned_request planned);
  caf::result<completion_reply> hand_to_job(run_completion& m, planned_request planned);
  completion_job_actor take_job();
  void conclude(running_request& done, completion_reply reply);
  void answer_drain();

  instant now() const {
    const mono_time t = self_->clock().now();
    return {t, options_.wall(t)};
  }

  router_self::pointer self_ = nullptr;
  router_options options_;
  request_planner planner_;
  std::unordered_map<request_id, running_request> running_;
  std::unordered_map<request_id, chunk_job_actor> in_parts_;
  std::vector<completion_job_actor> idle_;
  std::vector<caf::typed_response_promise<drain_reply>> draining_;
  bool stopping_ = false;
  std::size_t cancelled_ = 0;
  std::uint64_t next_id_ = 1;
  report::usage_report usage_;
};

router_self::behavior_type router(router_self::stateful_pointer<router_state> self,
                                  router_options options);

} // namespace spillway::actors
