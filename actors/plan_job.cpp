#include "actors/plan_job.hpp"

#include "actors/spend_scopes.hpp"

#include <utility>

namespace spillway::actors {

void plan_job_state::start(plan_job_actor::pointer self, plan_job_options options) {
  self_ = self;
  options_ = std::move(options);
}

caf::result<completion_plan> plan_job_state::on_plan_completion(plan_completion& m) {
  request_ = std::move(m.request);
  promise_ = self_->make_response_promise<completion_plan>();
  answers_.resize(options_.candidates.size());
  outstanding_ = 2 * answers_.size();
  for (std::size_t i = 0; i < answers_.size(); ++i)
    ask_about(i);
  return promise_;
}

void plan_job_state::ask_about(std::size_t index) {
  const routing::candidate& c = options_.candidates[index];
  const call_target& target = options_.targets[index];
  const auto failed = [this](const caf::error&) { on_answered(); };
  self_
      ->request(options_.budget, caf::infinite,
                check_budget{spend_scopes(request_.labels, c.key),
                             c.least_cost.value_or(c.worst_cost)})
      .then(
          [this, index](budget_check& m) {
            answers_[index].money = std::move(m.decision);
            on_answered();
          },
          failed);
  const rate::waiting_call call{lease_id{},
                                routing::asked_charge(c),
                                self_->clock().now() + request_.deadline,
                                tenant_of(request_),
                                request_.level};
  self_->request(target.limiter, caf::infinite, quote_permit{call, target.lane})
      .then(
          [this, index](const permit_reply& m) {
            answers_[index].permit = m;
            on_answered();
          },
          failed);
}

void plan_job_state::on_answered() {
  if (--outstanding_ > 0)
    return;
  conclude();
  self_->quit();
}

void plan_job_state::conclude() {
  using kind = routing::next_step::kind;
  routing::fallback walk{options_.candidates, options_.policy, 0};
  routing::next_step next = walk.begin();
  while (next.what == kind::attempt)
    next = step(walk, next.candidate);
  // A pause ends in a call too, if the model is back by then.
  completion_plan out;
  out.plan = std::move(options_.plan);
  out.prompt = std::move(options_.prompt);
  walk.record(out.plan);
  for (std::size_t i = 0; i < answers_.size(); ++i)
    if (const auto& permit = answers_[i].permit)
      out.plan.models[i].wait = permit->forecast;
  if (next.what == kind::give_up) {
    out.status = next.status;
    out.reason = walk.reason();
  } else {
    out.plan.chosen = next.candidate;
  }
  promise_.deliver(std::move(out));
}

/// What the walk makes of the answers about one candidate. `queue` stands for a call that is made,
/// at once or after its wait.
routing::next_step plan_job_state::step(routing::fallback& walk, std::size_t index) {
  const answer& a = answers_[index];
  const duration time_left = request_.deadline;
  if (!a.money || !a.permit)
    return walk.on_refusal(completion_status::upstream_failed, "an internal actor stopped",
                           time_left);
  if (request_.cost_max)
    if (routing::is_over_own_cap(options_.candidates[index], *request_.cost_max))
      return walk.on_over_max_cost(*request_.cost_max, time_left);
  if (!a.money->reserved)
    return walk.on_over_budget(*a.money, options_.wall(self_->clock().now()), time_left);
  switch (a.permit->verdict) {
    case permit_verdict::granted: return {routing::next_step::kind::queue, index, {}, {}};
    case permit_verdict::wait:
      return walk.on_wait(a.permit->forecast, time_left, a.permit->in_the_way);
    case permit_verdict::closed: return walk.on_closed(a.permit->forecast.estimate, time_left);
    default: return walk.on_too_large(time_left, a.permit->in_the_way);
  }
}

plan_job_actor::behavior_type plan_job(plan_job_actor::stateful_pointer<plan_job_state> self,
                                       plan_job_options options) {
  self->state.start(self, std::move(options));
  return {
      [self](plan_completion& m) { return self->state.on_plan_completion(m); },
  };
}

} // namespace spillway::actors
