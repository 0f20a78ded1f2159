#pragma once

#include "core/bounds.hpp"
#include "core/catalog.hpp"
#include "core/context/fit.hpp"
#include "core/instant.hpp"
#include "core/report/usage_report.hpp"
#include "core/routing/key_bench.hpp"
#include "core/routing/key_rotation.hpp"
#include "core/routing/ranking.hpp"
#include "core/routing/track_record.hpp"
#include "core/routing/selection.hpp"
#include "core/tokens/prompt_counter.hpp"
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
  std::shared_ptr<const catalog> models;
  std::vector<routing::route> routes;
  std::string default_route;                            ///< for requests that name no target
  duration deadline_default = bounds::deadline_default; ///< for requests that name none
  routing::selection_policy selection;
  routing::worth worth{}; ///< of quality and time in money
  context::strategy context_strategy = context::strategy::fallback; ///< for requests that name none
  /// For each model of the catalog one for each key that may call it.
  std::unordered_map<model_id, std::vector<call_target>> targets;
  /// Spawns an idle job that reports to the router given.
  std::function<completion_job_actor(router_self)> spawn_job;
  alert_sink_actor alerts;
  budget_actor budget;              ///< asked about plans
  routing::fallback_policy policy{}; ///< likewise
  wall_clock wall;
  std::uint64_t seed = 0; ///< of trace ids
  request_id first_id{1}; ///< ids count up from here; above all ids of earlier runs
  answer_keeper_actor answers{};      ///< null: no answers are kept
  bool answers_by_default = false;    ///< look there for requests that do not say
};

/// Takes requests in, picks their candidates, hands each to a job of its own and gives the outcome
/// back. Keeps idle jobs: a job serves many requests, one at a time.
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
  void on_replace_target(replace_target& m);
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

  /// A request with its candidates, or how it is turned away at the door.
  struct opening {
    std::optional<completion_reply> refused;
    routing::selection selected;
    std::vector<call_target> targets; ///< side by side with the candidates
    routing::plan plan;
    context::note prompt;
    std::optional<context::chunk_plan> chunks; ///< set: it is asked in parts
  };

  bool may_be_kept(const run_completion& m) const;
  caf::result<completion_reply> hand_to_keeper(run_completion& m);
  void open_routes();
  opening open(run_completion& m);
  void fit_prompt(run_completion& m, const routing::route& preference, opening& o);
  bool is_too_long(const run_completion& m, const model_entry& model);
  caf::result<completion_reply> hand_to_chunk_job(run_completion& m, opening opened);
  std::string route_for(const call_labels& labels) const;
  const routing::route* find_route(const std::string& target);
  completion_reply refusal(const run_completion& m, completion_status why, std::string reason);
  completion_reply unknown_target(const run_completion& m) const;
  completion_reply unservable(const run_completion& m, const routing::selection& selected);
  caf::result<completion_reply> hand_to_job(run_completion& m, opening opened);
  void spread_over_keys(opening& o);
  void add_with_key(opening& o, const routing::candidate& c, const call_target& target);
  completion_job_actor take_job();
  void learn_from(const running_request& done, const completion_reply& reply);
  void conclude(running_request& done, completion_reply reply);
  void answer_drain();

  router_self::pointer self_ = nullptr;
  router_options options_;
  std::unordered_map<std::string, routing::route> routes_; ///< and one for each single model
  std::unordered_map<model_id, routing::key_rotation> rotations_;
  routing::key_bench bench_;
  routing::track_record record_;
  std::unordered_map<request_id, running_request> running_;
  std::unordered_map<request_id, chunk_job_actor> in_parts_;
  std::vector<completion_job_actor> idle_;
  std::vector<caf::typed_response_promise<drain_reply>> draining_;
  bool stopping_ = false;
  std::size_t cancelled_ = 0;
  std::uint64_t next_id_ = 1;
  report::usage_report usage_;
  tokens::prompt_counter counter_;
};

router_self::behavior_type router(router_self::stateful_pointer<router_state> self,
                                  router_options options);

} // namespace spillway::actors
