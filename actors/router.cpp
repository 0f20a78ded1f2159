#include "actors/router.hpp"

#include "actors/chunk_job.hpp"
#include "actors/generation_record.hpp"
#include "actors/plan_job.hpp"

#include "core/tokens/estimator.hpp"

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
  if (options_.answers)
    self_->monitor(options_.answers);
  next_id_ = options_.first_id.value;
  for (auto& [model, targets] : options_.targets) {
    std::vector<std::int64_t> weights;
    for (call_target& t : targets) {
      weights.push_back(t.weight);
      if (t.credential.empty())
        t.credential = t.key;
    }
    rotations_.emplace(model, std::move(weights));
  }
  open_routes();
}

void router_state::open_routes() {
  routes_.clear();
  for (const model_entry& model : options_.models->models())
    routes_.emplace(model.id.value, routing::route{model.id.value, {model.id}});
  for (routing::route& r : options_.routes)
    routes_.insert_or_assign(r.name, std::move(r));
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
  opening opened = open(m);
  if (opened.refused)
    return std::move(*opened.refused);
  if (opened.chunks)
    return hand_to_chunk_job(m, std::move(opened));
  return hand_to_job(m, std::move(opened));
}

bool router_state::may_be_kept(const run_completion& m) const {
  using answers::cache_use;
  return options_.answers && (m.chat || m.embedding)
         && (m.cache == cache_use::standard ? options_.answers_by_default
                                            : m.cache == cache_use::on);
}

/// It comes back, without the wish, if there is no answer.
caf::result<completion_reply> router_state::hand_to_keeper(run_completion& m) {
  m.deadline = effective_deadline(m.deadline, options_.deadline_default);
  if (m.target.empty())
    m.target = route_for(m.labels);
  const routing::route* const route = find_route(m.target);
  return self_->delegate(options_.answers,
                         find_answer{std::move(m), route ? route->models : std::vector<model_id>{},
                                     self_});
}

caf::result<completion_plan> router_state::on_plan_completion(plan_completion& m) {
  opening opened = open(m.request);
  if (opened.refused)
    return completion_plan{opened.refused->status, std::move(opened.refused->reason),
                           std::move(opened.plan), std::move(opened.prompt)};
  if (opened.chunks)
    return completion_plan{completion_status::answered, {}, std::move(opened.plan),
                           std::move(opened.prompt)};
  plan_job_options job;
  job.budget = options_.budget;
  job.policy = options_.policy;
  job.wall = options_.wall;
  job.models = options_.models;
  job.plan = std::move(opened.plan);
  job.prompt = std::move(opened.prompt);
  job.targets = std::move(opened.targets);
  job.candidates = std::move(opened.selected.candidates);
  return self_->delegate(self_->spawn(plan_job, std::move(job)), std::move(m));
}

router_state::opening router_state::open(run_completion& m) {
  opening out;
  m.deadline = effective_deadline(m.deadline, options_.deadline_default);
  if (m.target.empty())
    m.target = route_for(m.labels);
  if (!m.chat && !m.embedding) {
    out.refused = refusal(m, completion_status::invalid_request,
                          "the request has neither a chat nor texts to embed");
    return out;
  }
  const routing::route* preference = find_route(m.target);
  const auto named = preference ? std::nullopt : routing::route_of_name(*options_.models, m.target);
  if (!preference && !named) {
    out.refused = unknown_target(m);
    return out;
  }
  const routing::route& wanted = named ? *named : *preference;
  if (m.chat)
    fit_prompt(m, wanted, out);
  if (out.prompt.what == context::outcome::refused)
    out.refused = refusal(m, completion_status::context_too_long, out.prompt.text);
  if (out.refused || out.chunks)
    return out;
  const wall_time now = options_.wall(self_->clock().now());
  out.selected =
      m.chat ? routing::select_candidates(*options_.models, wanted, *m.chat, options_.selection,
                                          now, counter_)
             : routing::select_candidates(*options_.models, wanted, *m.embedding,
                                          options_.selection, now);
  if (named)
    for (routing::candidate& c : out.selected.candidates)
      c.upstream_name = m.target;
  routing::rank(out.selected, {m.labels.task_type, m.labels.quality, m.labels.quality_floor},
                record_, options_.worth);
  if (!m.allow_fallback && !out.selected.candidates.empty())
    out.selected.candidates.resize(1);
  spread_over_keys(out);
  out.plan = routing::make_plan(m.target, out.selected);
  if (out.selected.candidates.empty()) {
    out.refused = unservable(m, out.selected);
    out.refused->plan = std::make_shared<const routing::plan>(out.plan);
  }
  return out;
}

/// Does to a prompt that is too long for the first model of `preference` what the request, or else
/// the configuration, says.
void router_state::fit_prompt(run_completion& m, const routing::route& preference, opening& o) {
  std::vector<const model_entry*> models;
  for (const model_id& id : preference.models)
    if (const model_entry* const model = options_.models->find(id))
      models.push_back(model);
  if (!m.allow_fallback && !models.empty())
    models.resize(1);
  if (models.empty() || !is_too_long(m, *models.front()))
    return;
  const context::strategy how = m.context_strategy.value_or(options_.context_strategy);
  context::fitted_prompt fitted =
      context::fit(*m.chat, how, models, options_.wall(self_->clock().now()));
  // Where only another model would do, the selection tells which of them do not and why.
  if (fitted.what == context::outcome::refused && how == context::strategy::fallback)
    return;
  o.prompt = {fitted.what, std::move(fitted.explanation)};
  o.chunks = std::move(fitted.plan);
  if (fitted.request)
    m.chat = std::make_shared<const chat_request>(std::move(*fitted.request));
}

/// Counts only what may be too long: no token has less than a byte.
bool router_state::is_too_long(const run_completion& m, const model_entry& model) {
  const token_count reply = std::min(
      m.chat->output_tokens_max.value_or(token_count{bounds::output_useful_min}), model.output_max);
  if (tokens::estimate_input(*m.chat).at_most + reply <= model.context_max)
    return false;
  return counter_.estimate(model, *m.chat).likely + reply > model.context_max;
}

caf::result<completion_reply> router_state::hand_to_chunk_job(run_completion& m, opening opened) {
  // All parts are of one trace.
  if (m.labels.trace_id.empty())
    m.labels.trace_id = new_trace_id(options_.seed, m.id);
  chunk_job_options job;
  job.router = self_;
  job.explanation = std::move(opened.prompt.text);
  job.first_part = {next_id_};
  next_id_ += opened.chunks->parts.size() + 1;
  job.plan = std::move(*opened.chunks);
  const chunk_job_actor spawned = self_->spawn(chunk_job, std::move(job));
  self_->monitor(spawned);
  in_parts_.emplace(m.id, spawned);
  return self_->delegate(spawned, std::move(m));
}

/// The route of a request that names none.
std::string router_state::route_for(const call_labels& labels) const {
  if (routes_.count(labels.task_type) != 0)
    return labels.task_type;
  const std::string preferred = routing::to_string(labels.quality);
  return routes_.count(preferred) != 0 ? preferred : options_.default_route;
}

const routing::route* router_state::find_route(const std::string& target) {
  const auto it = routes_.find(target);
  return it == routes_.end() ? nullptr : &it->second;
}

caf::result<completion_reply> router_state::hand_to_job(run_completion& m, opening opened) {
  auto promise = self_->make_response_promise<completion_reply>();
  completion_job_actor job = take_job();
  running_.emplace(m.id,
                   running_request{promise, job, opened.selected.candidates.front().model->id,
                                   m.chat});
  assign_completion work;
  work.request = std::move(m);
  work.accepted_at = self_->clock().now();
  work.models = options_.models;
  work.targets = std::move(opened.targets);
  work.candidates = std::move(opened.selected.candidates);
  work.plan = std::move(opened.plan);
  work.prompt = std::move(opened.prompt);
  self_->send(job, std::move(work));
  return promise;
}

/// Puts each candidate's keys in its place, the one whose turn it is first. A model whose keys are
/// all benched is none of the candidates.
void router_state::spread_over_keys(opening& o) {
  const mono_time now = self_->clock().now();
  const std::vector<routing::candidate> models = std::move(o.selected.candidates);
  o.selected.candidates.clear();
  for (const routing::candidate& c : models) {
    const auto found = options_.targets.find(c.model->id);
    if (found == options_.targets.end()) {
      o.selected.rejected.push_back({c.model, routing::rejection_reason::key_unusable,
                                     c.model->id.value
                                         + ": no key that is set has a tier that is offered it"});
      continue;
    }
    const std::vector<call_target>& targets = found->second;
    std::vector<bool> usable;
    for (const call_target& t : targets)
      usable.push_back(!bench_.out_for(t.credential, now));
    const std::vector<std::size_t> order = rotations_.at(c.model->id).next(usable);
    for (const std::size_t i : order)
      add_with_key(o, c, targets[i]);
    if (order.empty())
      o.selected.rejected.push_back(
          {c.model, routing::rejection_reason::key_unusable,
           c.model->id.value + ": " + bench_.explain(targets.front().credential, now)});
  }
}

void router_state::add_with_key(opening& o, const routing::candidate& c,
                                const call_target& target) {
  o.selected.candidates.push_back(c);
  o.selected.candidates.back().key = target.credential;
  o.targets.push_back(target);
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
  const std::string reason = routing::reasons(selected);
  return refusal(m, routing::status_of(selected),
                 reason.empty() ? "no model of route '" + m.target
                                      + "' is usable; check its provider's key"
                                : reason);
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
    if (!call.failure)
      record_.note_call(call.model, call.took);
  learn_from(done, reply);
  usage_.record(
      {reply.status, reply.attempts, std::move(done.preferred), reply.model, reply.waited,
       reply.prompt.what});
  done.promise.deliver(std::move(reply));
  if (stopping_ && running_.empty())
    answer_drain();
}

/// What the provider counted for the prompt corrects the estimates for its model.
void router_state::learn_from(const running_request& done, const completion_reply& reply) {
  const model_entry* const model = options_.models ? options_.models->find(reply.model) : nullptr;
  if (reply.status == completion_status::answered && model != nullptr && reply.reply
      && !reply.reply->usage.estimated)
    counter_.learn(*model, *done.chat, reply.reply->usage.input);
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
  return {usage_, running_.size(), counter_.calibrations()};
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
  answer_drain();
}

void router_state::on_replace_target(replace_target& m) {
  for (call_target& t : options_.targets.at(m.model))
    if (t.key == m.target.key)
      t = m.target;
}

/// Requests that are running keep the catalog they began with.
void router_state::on_replace_routing(replace_routing& m) {
  if (stopping_)
    return;
  options_.models = std::move(m.models);
  options_.routes = std::move(m.routes);
  options_.default_route = std::move(m.default_route);
  options_.deadline_default = m.deadline_default;
  options_.selection = std::move(m.selection);
  options_.worth = m.worth;
  open_routes();
}

void router_state::on_key_condemned(const key_condemned& m) {
  if (!bench_.sit_out(m.key, m.failure, self_->clock().now()) || !options_.alerts)
    return;
  self_->send(options_.alerts, raise_alert{alert_severity::critical, to_string(m.failure.kind),
                                           m.key.value, m.failure.message});
}

void router_state::on_record_feedback(const record_feedback& m) {
  if (options_.models->find(m.model) != nullptr)
    record_.note_score(m.model, m.task_type, m.score);
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
      [self](replace_target& m) { self->state.on_replace_target(m); },
      [self](replace_routing& m) { self->state.on_replace_routing(m); },
      [self](const key_condemned& m) { self->state.on_key_condemned(m); },
      [self](wake_due) { self->state.on_drain_timeout(); },
  };
}

} // namespace spillway::actors
