#include "actors/router.hpp"

#include "actors/chunk_job.hpp"
#include "actors/generation_record.hpp"
#include "actors/plan_job.hpp"
#include "actors/refusal.hpp"
#include "core/bounds.hpp"

#include <algorithm>

namespace spillway::actors {
void router_state::start(router_self::pointer self, router_options options) {
  self_ = self;
  planner_ = request_planner{std::move(options.rules), std::move(options.targets)};
  options_ = std::move(options);
  if (options_.answers)
    self_->monitor(options_.answers);
  next_id_ = options_.first_id.value;
}

// -- requests in ----------------------------------------------------------------------------------

caf::result<completion_reply> router_state::on_run_completion(run_completion& m) {
  if (!m.id)
    m.id = request_id{next_id_++};
  if (stopping_)
    return refusal(m, completion_status::shutting_down, "the runtime is stopping");
  if (running_.size() >= bounds::requests_in_flight_max)
    return refusal(m, completion_status::overloaded, "too many requests are in flight");
  if (running_.count(m.id) != 0 || in_parts_.count(m.id) != 0)
    return refusal(m, completion_status::invalid_request, "a request with this id is running");
  if (may_be_kept(m))
    return hand_to_keeper(m);
  planned_request planned = planner_.plan(m, now());
  if (planned.refused)
    return std::move(*planned.refused);
  if (planned.chunks)
    return hand_to_chunk_job(m, std::move(planned));
  return hand_to_job(m, std::move(planned));
}

bool router_state::may_be_kept(const run_completion& m) const {
  using answers::cache_use;
  const routing::rules& rules = planner_.rules();
  return options_.answers && rules.keeps_answers && (m.chat || m.embedding)
         && (m.cache == cache_use::standard ? rules.keeps_by_default : m.cache == cache_use::on);
}

/// It comes back, without the wish, if there is no answer.
caf::result<completion_reply> router_state::hand_to_keeper(run_completion& m) {
  planner_.complete(m);
  const routing::route* const route = planner_.find_route(m.target);
  return self_->delegate(options_.answers,
                         find_answer{std::move(m), route ? route->models : std::vector<model_id>{},
                                     self_});
}

caf::result<completion_plan> router_state::on_plan_completion(plan_completion& m) {
  planned_request planned = planner_.plan(m.request, now());
  if (planned.refused)
    return completion_plan{planned.refused->status, std::move(planned.refused->reason),
                           std::move(planned.plan), std::move(planned.prompt)};
  if (planned.chunks)
    return completion_plan{completion_status::answered, {}, std::move(planned.plan),
                           std::move(planned.prompt)};
  plan_job_options job;
  job.budget = options_.budget;
  job.policy = planner_.rules().fallback;
  job.wall = options_.wall;
  job.models = planner_.rules().models;
  job.plan = std::move(planned.plan);
  job.prompt = std::move(planned.prompt);
  job.targets = std::move(planned.targets);
  job.candidates = std::move(planned.selected.candidates);
  return self_->delegate(self_->spawn(plan_job, std::move(job)), std::move(m));
}

caf::result<completion_reply> router_state::hand_to_chunk_job(run_completion& m,
                                                              planned_request planned) {
  // All parts are of one trace.
  if (m.labels.trace_id.empty())
    m.labels.trace_id = new_trace_id(options_.seed, m.id);
  chunk_job_options job;
  job.router = self_;
  job.explanation = std::move(planned.prompt.text);
  job.first_part = {next_id_};
  next_id_ += planned.chunks->parts.size() + 1;
  job.plan = std::move(*planned.chunks);
  const chunk_job_actor spawned = self_->spawn(chunk_job, std::move(job));
  self_->monitor(spawned);
  in_parts_.emplace(m.id, spawned);
  return self_->delegate(spawned, std::move(m));
}

caf::result<completion_reply> router_state::hand_to_job(run_completion& m,
                                                        planned_request planned) {
  auto promise = self_->make_response_promise<completion_reply>();
  completion_job_actor job = take_job();
  running_.emplace(m.id,
                   running_request{promise, job, planned.selected.candidates.front().model->id,
                                   m.chat});
  assign_completion work;
  work.request = std::move(m);
  work.accepted_at = self_->clock().now();
  work.models = planner_.rules().models;
  work.policy = planner_.rules().fallback;
  work.targets = std::move(planned.targets);
  work.candidates = std::move(planned.selected.candidates);
  work.plan = std::move(planned.plan);
  work.prompt = std::move(planned.prompt);
  self_->send(job, std::move(work));
  return promise;
}

completion_job_actor router_state::take_job() {
  if (idle_.empty()) {
    completion_job_actor job = options_.spawn_job(self_);
    self_->monitor(job);
    return job;
  }
  completion_job_actor job = std::move(idle_.back());
  idle_.pop_back();
  return job;
}

request_id_reply router_state::on_take_request_id() {
  return {request_id{next_id_++}};
}

void router_state::on_cancel_completion(const cancel_completion& m) {
  if (const auto it = running_.find(m.id); it != running_.end())
    self_->send(it->second.job, m);
  else if (const auto parts = in_parts_.find(m.id); parts != in_parts_.end())
    self_->send(parts->second, m);
  else if (options_.answers)
    self_->send(options_.answers, m); // it may wait there for another's answer
}

// -- outcomes out ---------------------------------------------------------------------------------

void router_state::on_completion_finished(completion_finished& m) {
  const auto it = running_.find(m.reply.id);
  if (it == running_.end())
    return;
  running_request done = std::move(it->second);
  running_.erase(it);
  idle_.push_back(done.job);
  conclude(done, std::move(m.reply));
}

void router_state::conclude(running_request& done, completion_reply reply) {
  for (const report::call_record& call : reply.attempts)
    planner_.note_answer(call);
  if (reply.status == completion_status::answered && reply.reply)
    planner_.learn(reply.model, *done.chat, *reply.reply);
  usage_.record(
      {reply.status, reply.attempts, std::move(done.preferred), reply.model, reply.waited,
       reply.prompt.what});
  done.promise.deliver(std::move(reply));
  if (stopping_ && running_.empty())
    answer_drain();
}

void router_state::on_job_down(const caf::down_msg& m) {
  if (options_.answers && m.source == options_.answers.address())
    options_.answers = answer_keeper_actor{}; // what it kept is gone, and nothing else
  std::erase_if(in_parts_, [&](const auto& e) { return e.second.address() == m.source; });
  std::erase_if(idle_, [&](const completion_job_actor& job) { return job.address() == m.source; });
  const auto it = std::ranges::find_if(
      running_, [&](const auto& entry) { return entry.second.job.address() == m.source; });
  if (it == running_.end())
    return;
  running_request lost = std::move(it->second);
  completion_reply reply;
  reply.id = it->first;
  reply.status = completion_status::upstream_failed;
  reply.reason = "its job stopped: " + caf::to_string(m.reason);
  running_.erase(it);
  conclude(lost, std::move(reply));
}

router_status router_state::on_get_router_status() const {
  return {usage_, running_.size(), planner_.calibrations()};
}

// -- the end --------------------------------------------------------------------------------------

caf::result<drain_reply> router_state::on_drain_requests(const drain_requests& m) {
  stopping_ = true;
  if (running_.empty())
    return drain_reply{cancelled_};
  draining_.push_back(self_->make_response_promise<drain_reply>());
  self_->delayed_send(self_, m.patience, wake_due{});
  return draining_.back();
}

void router_state::on_drain_timeout() {
  cancelled_ += running_.size();
  for (const auto& [id, running] : running_)
    self_->send(running.job, cancel_completion{id});
}

void router_state::answer_drain() {
  for (auto& promise : draining_)
    promise.deliver(drain_reply{cancelled_});
  draining_.clear();
}

void router_state::on_stop() {
  for (auto& [id, running] : running_) {
    completion_reply reply;
    reply.id = id;
    reply.status = completion_status::shutting_down;
    reply.reason = "the runtime stopped";
    running.promise.deliver(std::move(reply));
    self_->send_exit(running.job, caf::exit_reason::user_shutdown);
  }
  running_.clear();
  for (const auto& entry : in_parts_)
    self_->send_exit(entry.second, caf::exit_reason::user_shutdown);
  in_parts_.clear();
  for (const completion_job_actor& job : idle_)
    self_->send_exit(job, caf::exit_reason::user_shutdown);
  idle_.clear();
  options_ = {};
  planner_ = {};
  answer_drain();
}

void router_state::on_replace_target(const replace_target& m) {
  planner_.replace_target(m.model, m.target);
}

/// Requests that are running keep the catalog they began with.
void router_state::on_replace_routing(replace_routing& m) {
  if (!stopping_)
    planner_.replace_rules(std::move(m.rules));
}

void router_state::on_key_condemned(const key_condemned& m) {
  if (!planner_.bench_key(m.key, m.failure, self_->clock().now()) || !options_.alerts)
    return;
  self_->send(options_.alerts, raise_alert{alert_severity::critical, to_string(m.failure.kind),
                                           m.key.value, m.failure.message});
}

void router_state::on_record_feedback(const record_feedback& m) {
  planner_.note_score(m);
}

router_self::behavior_type router(router_self::stateful_pointer<router_state> self,
                                  router_options options) {
  self->state.start(self, std::move(options));
  self->set_down_handler([self](caf::down_msg& m) { self->state.on_job_down(m); });
  self->set_exit_handler([self](caf::exit_msg& m) {
    self->state.on_stop();
    self->quit(std::move(m.reason));
  });
  return {
      [self](run_completion& m) { return self->state.on_run_completion(m); },
      [self](plan_completion& m) { return self->state.on_plan_completion(m); },
      [self](const record_feedback& m) { self->state.on_record_feedback(m); },
      [self](take_request_id) { return self->state.on_take_request_id(); },
      [self](const cancel_completion& m) { self->state.on_cancel_completion(m); },
      [self](get_router_status) { return self->state.on_get_router_status(); },
      [self](const drain_requests& m) { return self->state.on_drain_requests(m); },
      [self](completion_finished& m) { self->state.on_completion_finished(m); },
      [self](const replace_target& m) { self->state.on_replace_target(m); },
      [self](replace_routing& m) { self->state.on_replace_routing(m); },
      [self](const key_condemned& m) { self->state.on_key_condemned(m); },
      [self](wake_due) { self->state.on_drain_timeout(); },
  };
}

} // namespace spillway::actors
