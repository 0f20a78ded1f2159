#include "actors/router.hpp"

#include <algorithm>

namespace spillway::actors {
namespace {

/// When to come again after an `overloaded`: about one call's time.
constexpr duration overload_retry_after = std::chrono::seconds{1};

duration effective_deadline(duration asked, duration otherwise) {
  return std::min<duration>(asked > duration{} ? asked : otherwise, bounds::deadline_max);
}

} // namespace

void router_state::start(router_self::pointer self, router_options options) {
  self_ = self;
  options_ = std::move(options);
  next_id_ = options_.first_id.value;
  for (const model_entry& model : options_.models->models())
    routes_.emplace(model.id.value, routing::route{model.id.value, {model.id}});
  for (routing::route& r : options_.routes)
    routes_.insert_or_assign(r.name, std::move(r));
}

// -- requests in ----------------------------------------------------------------------------------

caf::result<completion_reply> router_state::on_run_completion(run_completion& m) {
  if (!m.id)
    m.id = request_id{next_id_++};
  m.deadline = effective_deadline(m.deadline, options_.deadline_default);
  if (m.target.empty())
    m.target = options_.default_route;
  if (stopping_)
    return refusal(m, completion_status::shutting_down, "the runtime is stopping");
  if (running_.size() >= bounds::requests_in_flight_max)
    return refusal(m, completion_status::overloaded, "too many requests are in flight");
  if (!m.chat || running_.count(m.id) != 0)
    return refusal(m, completion_status::invalid_request,
                   m.chat ? "a request with this id is running" : "the request has no chat");
  const routing::route* preference = find_route(m.target);
  if (preference == nullptr)
    return unknown_target(m);
  routing::selection selected =
      routing::select_candidates(*options_.models, *preference, *m.chat, options_.selection,
                                 options_.wall(self_->clock().now()));
  if (selected.candidates.empty())
    return unservable(m, selected);
  if (!m.allow_fallback)
    selected.candidates.resize(1);
  return hand_to_job(m, std::move(selected));
}

const routing::route* router_state::find_route(const std::string& target) {
  const auto it = routes_.find(target);
  return it == routes_.end() ? nullptr : &it->second;
}

caf::result<completion_reply> router_state::hand_to_job(run_completion& m,
                                                        routing::selection selected) {
  auto promise = self_->make_response_promise<completion_reply>();
  completion_job_actor job = take_job();
  running_.emplace(m.id, running_request{promise, job, selected.candidates.front().model->id});
  assign_completion work;
  work.request = std::move(m);
  work.accepted_at = self_->clock().now();
  work.models = options_.models;
  work.targets.reserve(selected.candidates.size());
  for (const routing::candidate& c : selected.candidates)
    work.targets.push_back(options_.targets.at(c.model->id));
  work.candidates = std::move(selected.candidates);
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
}

// -- refusals at the door -------------------------------------------------------------------------

completion_reply router_state::refusal(const run_completion& m, completion_status why,
                                       std::string reason) {
  completion_reply reply;
  reply.id = m.id;
  reply.status = why;
  reply.reason = std::move(reason);
  if (why == completion_status::overloaded)
    reply.retry_after = overload_retry_after;
  return reply;
}

completion_reply router_state::unknown_target(const run_completion& m) const {
  std::vector<std::string_view> known;
  for (const auto& entry : routes_)
    known.push_back(entry.first);
  const std::string_view near = nearest_name(m.target, known);
  completion_reply reply;
  reply.id = m.id;
  reply.status = completion_status::unknown_target;
  reply.reason = "'" + m.target + "' is neither a route nor a model";
  if (!near.empty())
    reply.reason += "; did you mean '" + std::string{near} + "'?";
  return reply;
}

completion_reply router_state::unservable(const run_completion& m,
                                          const routing::selection& selected) {
  std::string reason;
  bool too_long = false;
  for (const routing::rejection& r : selected.rejected) {
    reason += (reason.empty() ? "" : "; ") + r.text;
    too_long = too_long || r.reason == routing::rejection_reason::context_too_long;
  }
  if (reason.empty())
    reason = "no model of route '" + m.target + "' is usable; check its provider's key";
  return refusal(m, too_long ? completion_status::context_too_long : completion_status::over_budget,
                 reason);
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
  usage_.record(
      {reply.status, reply.attempts, std::move(done.preferred), reply.model, reply.waited});
  done.promise.deliver(std::move(reply));
  if (stopping_ && running_.empty())
    answer_drain();
}

void router_state::on_job_down(const caf::down_msg& m) {
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
  return {usage_, running_.size()};
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
  for (const completion_job_actor& job : idle_)
    self_->send_exit(job, caf::exit_reason::user_shutdown);
  idle_.clear();
  options_ = {};
  answer_drain();
}

void router_state::on_replace_target(replace_target& m) {
  options_.targets.insert_or_assign(std::move(m.model), std::move(m.target));
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
      [self](take_request_id) { return self->state.on_take_request_id(); },
      [self](const cancel_completion& m) { self->state.on_cancel_completion(m); },
      [self](get_router_status) { return self->state.on_get_router_status(); },
      [self](const drain_requests& m) { return self->state.on_drain_requests(m); },
      [self](completion_finished& m) { self->state.on_completion_finished(m); },
      [self](replace_target& m) { self->state.on_replace_target(m); },
      [self](wake_due) { self->state.on_drain_timeout(); },
  };
}

} // namespace spillway::actors
