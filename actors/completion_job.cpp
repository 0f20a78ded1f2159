#include "actors/completion_job.hpp"

#include "actors/generation_record.hpp"
#include "actors/spend_scopes.hpp"
#include "core/bounds.hpp"
#include "core/routing/key_bench.hpp"
#include "core/routing/suited.hpp"

#include <algorithm>

namespace spillway::actors {
namespace {

/// A budget that takes longer for its answer let the request wait for room.
constexpr duration budget_work_max = std::chrono::milliseconds{1};

} // namespace

void completion_job_state::start(completion_job_self::pointer self,
                                 completion_job_options options) {
  self_ = self;
  options_ = std::move(options);
  held_ = held_call{self,
                    {options_.budget, options_.journal, options_.traces, options_.wall}};
}

// -- from the router ------------------------------------------------------------------------------

void completion_job_state::on_assign_completion(assign_completion& m) {
  SPILLWAY_ASSERT(stage_ == stage::idle && !m.candidates.empty());
  job_ = std::move(m);
  attempts_ = 0;
  cut_.reset();
  reply_ = {};
  reply_.id = job_.request.id;
  reply_.prompt = job_.prompt;
  if (job_.request.labels.trace_id.empty())
    job_.request.labels.trace_id = new_trace_id(options_.seed, job_.request.id);
  deadline_ = job_.accepted_at + job_.request.deadline;
  arm_deadline();
  walk_.emplace(job_.candidates, job_.policy, options_.seed ^ job_.request.id.value);
  take(walk_->begin());
}

void completion_job_state::on_cancel_completion(const cancel_completion& m) {
  if (stage_ != stage::idle && m.id == job_.request.id)
    cut(completion_status::cancelled);
}

void completion_job_state::arm_deadline() {
  // One timer serves many requests: it looks at the deadline of the request it finds.
  if (armed_at_ <= deadline_)
    return;
  armed_at_ = deadline_;
  self_->delayed_send(self_, std::max(time_left(), duration{}), deadline_due{});
}

void completion_job_state::on_deadline_due() {
  armed_at_ = mono_time::max();
  if (stage_ == stage::idle)
    return;
  if (time_left() > duration{})
    arm_deadline();
  else
    cut(completion_status::deadline_exceeded);
}

// -- one step of the walk -------------------------------------------------------------------------

void completion_job_state::take(const routing::next_step& step) {
  using kind = routing::next_step::kind;
  switch (step.what) {
    case kind::attempt:
    case kind::queue: reserve(step); break;
    case kind::pause:
      stage_ = stage::pausing;
      paused_ = step;
      waits_since_ = now();
      self_->delayed_send(self_, step.delay, pause_over{++step_});
      break;
    case kind::give_up:
      reply_.reason = walk_->reason();
      reply_.retry_after = walk_->shortest_wait();
      finish(step.status);
      break;
  }
}

void completion_job_state::on_pause_over(const pause_over& m) {
  if (stage_ != stage::pausing || m.step != step_)
    return;
  reply_.waited += now() - waits_since_;
  reserve(paused_);
}

template <class Handle, class Command, class Reply>
void completion_job_state::ask(const Handle& whom, Command command,
                               void (completion_job_state::*on_reply)(const Reply&)) {
  // Unbounded in time, because the request's own deadline stands above it.
  const std::uint64_t step = ++step_;
  self_->request(whom, caf::infinite, std::move(command))
      .then(
          [this, step, on_reply](const Reply& reply) {
            if (step == step_)
              (this->*on_reply)(reply);
          },
          [this, step](const caf::error& why) {
            if (step == step_)
              on_actor_down(why);
          });
}

void completion_job_state::reserve(const routing::next_step& step) {
  stage_ = stage::reserving;
  held_.begin(lease_of(job_.request.id, ++attempts_), job_.targets[step.candidate],
              job_.candidates[step.candidate]);
  attempt_ = {.index = step.candidate,
              .queue = step.what == routing::next_step::kind::queue,
              .is_retry = step.is_retry,
              .permit_asked_at = {},
              .called_at = {}};
  const nano_usd left = cost_left();
  if (routing::is_over_own_cap(candidate(), left))
    return take(walk_->on_over_max_cost(left, time_left()));
  waits_since_ = now();
  held_.holds(held_call::extent::money);
  ask(options_.budget,
      reserve_spend{held_.reservation(), scopes(), std::min(candidate().worst_cost, left),
                    candidate().least_cost,
                    options_.wall(deadline_ - bounds::call_time_min), candidate().model->id},
      &completion_job_state::on_spend_reply);
}

void completion_job_state::on_spend_reply(const spend_reply& m) {
  if (const duration took = now() - waits_since_; took >= budget_work_max)
    reply_.waited += took;
  if (m.decision.reserved) {
    attempt_.reserved = m.decision.amount;
    attempt_.headroom = m.decision.headroom;
    if (job_.request.chat)
      held_.shorten(routing::shortened(candidate(), *job_.request.chat, m.decision.amount,
                                       options_.wall(now())));
    return ask_permit();
  }
  held_.holds(held_call::extent::nothing);
  ++step_;
  take(walk_->on_over_budget(m.decision, options_.wall(now()), time_left()));
}

void completion_job_state::ask_permit() {
  stage_ = stage::permitting;
  held_.holds(held_call::extent::permit);
  attempt_.permit_asked_at = waits_since_ = now();
  const rate::waiting_call call{held_.lease(), routing::asked_charge(candidate()), deadline_,
                                tenant_of(job_.request), job_.request.level};
  if (attempt_.queue)
    ask(target().limiter, await_permit{call, target().lane},
        &completion_job_state::on_permit_reply);
  else
    ask(target().limiter, acquire_permit{call, target().lane, attempt_.is_retry},
        &completion_job_state::on_permit_reply);
}

void completion_job_state::on_permit_reply(const permit_reply& m) {
  if (attempt_.queue)
    attempt_.waited = now() - attempt_.permit_asked_at;
  reply_.waited += attempt_.waited;
  if (m.verdict == permit_verdict::granted)
    return write_intent();
  held_.holds(held_call::extent::money);
  held_.give_back();
  switch (m.verdict) {
    case permit_verdict::wait:
      return take(walk_->on_wait(m.forecast, time_left(), m.in_the_way));
    case permit_verdict::never: return take(walk_->on_too_large(time_left(), m.in_the_way));
    case permit_verdict::closed: return take(walk_->on_closed(m.forecast.estimate, time_left()));
    case permit_verdict::no_retry: return take(walk_->on_no_retry(time_left()));
    case permit_verdict::overloaded:
      return refuse_candidate(completion_status::overloaded, "its queue is full");
    case permit_verdict::expired:
      reply_.reason = candidate().model->id.value + " had no room before the deadline";
      return finish(completion_status::rate_limited);
    default: return refuse_candidate(completion_status::shutting_down, "its limiter stopped");
  }
}

void completion_job_state::write_intent() {
  if (!options_.journal)
    return call();
  stage_ = stage::journaling;
  held_.holds(held_call::extent::intent);
  const call_labels& labels = job_.request.labels;
  call_intent row{held_.lease(),
                  held_.reservation(),
                  job_.request.id,
                  static_cast<int>(attempts_),
                  target().key,
                  candidate().model->id,
                  candidate().charge,
                  candidate().worst_cost,
                  scopes(),
                  options_.wall(now()),
                  {labels.trace_id, labels.parent_span_id, labels.trace_name}};
  ask(options_.journal, record_intent{std::move(row)}, &completion_job_state::on_journal_reply);
}

void completion_job_state::on_journal_reply(const journal_reply& m) {
  if (m.durable)
    return call();
  held_.give_back();
  reply_.reason = "the journal takes no more: " + m.reason;
  finish(completion_status::overloaded);
}

void completion_job_state::call() {
  stage_ = stage::calling;
  attempt_.called_at = now();
  ask(target().provider,
      call_provider{held_.lease(), candidate().upstream_name, candidate().output_max,
                    suited_request(), time_left(), job_.request.id, candidate().model->id,
                    job_.request.sink, job_.request.embedding, traceparent(),
                    speaks_responses_only(candidate().model->can), prelude()},
      &completion_job_state::on_provider_reply);
}

/// What its caller's sink is told of the reply before its first word; null: nobody takes it as it
/// comes.
std::shared_ptr<const reply_prelude> completion_job_state::prelude() const {
  if (!job_.request.sink)
    return nullptr;
  auto out = std::make_shared<reply_prelude>();
  out->tried = walk_->tried_before_answer();
  out->input_likely = candidate().input_likely;
  out->waited = reply_.waited;
  out->prompt = reply_.prompt;
  return out;
}

std::shared_ptr<const chat_request> completion_job_state::suited_request() const {
  return job_.request.chat ? routing::suited(candidate().model->can, job_.request.chat) : nullptr;
}

void completion_job_state::on_provider_reply(const provider_reply& m) {
  if (const auto* chat = std::get_if<std::shared_ptr<const chat_reply>>(&m.outcome))
    on_answer(m, {routing::with_usage(candidate(), *chat), nullptr});
  else if (const auto* vectors = std::get_if<std::shared_ptr<const embedding_reply>>(&m.outcome))
    on_answer(m, {nullptr, routing::with_usage(candidate(), *vectors)});
  else
    on_call_failure(m, std::get<call_failure>(m.outcome));
}

void completion_job_state::on_answer(const provider_reply& m, const model_answer& answer) {
  const money::call_cost cost = price(m, answer);
  held_.settle(m, answer.usage(), cost.total, routing::health::well,
               trace_of(m, answer, nullptr, cost));
  report_end({}, cost.total);
  note_attempt(m, {}, answer.usage(), cost.total);
  reply_.cost = cost;
  const nano_usd room = attempt_.headroom + attempt_.reserved;
  if (room < nano_usd{bounds::budget_nano_usd_max})
    reply_.budget_left = room - cost.total;
  if (cut_)
    return finish(*cut_);
  reply_.reply = answer.chat;
  reply_.vectors = answer.vectors;
  reply_.model = candidate().model->id;
  reply_.left_out = m.left_out;
  if (job_.request.chat)
    for (std::string& field : routing::unsuited(candidate().model->can, *job_.request.chat))
      reply_.left_out.push_back(std::move(field));
  walk_->on_answer();
  finish(completion_status::answered);
}

money::call_cost completion_job_state::price(const provider_reply& m,
                                             const model_answer& answer) const {
  const model_entry& billed =
      job_.models->billed_as(*candidate().model, answer.model_reported());
  return money::cost_of(answer.usage(), billed.pricing, options_.wall(m.sent_at))
      .value_or(money::call_cost{});
}

void completion_job_state::on_call_failure(const provider_reply& m, const call_failure& failure) {
  if (m.partial && m.first_content_at != mono_time{})
    return on_broken_answer(m, failure);
  const nano_usd spent = held_.still_spent(m, failure);
  held_.fail(m, failure, health_after(failure), trace_of(m, {}, &failure, {}));
  tell_of(failure);
  report_end(failure, spent);
  note_attempt(m, failure.kind, {}, spent);
  if (cut_ || cut_by_deadline(failure))
    return finish(cut_.value_or(completion_status::deadline_exceeded));
  take(walk_->on_failure(failure, now() - attempt_.called_at, time_left()));
}

/// The caller has seen the beginning, so no other model can take over; what came is billed.
void completion_job_state::on_broken_answer(const provider_reply& m, const call_failure& failure) {
  const std::shared_ptr<const chat_reply> came = routing::with_usage(candidate(), m.partial);
  const money::call_cost cost = price(m, {came, nullptr});
  held_.settle(m, came->usage, cost.total, health_after(failure),
               trace_of(m, {came, nullptr}, &failure, cost));
  tell_of(failure);
  note_attempt(m, failure.kind, came->usage, cost.total);
  reply_.cost = cost;
  reply_.reply = came;
  reply_.model = candidate().model->id;
  walk_->on_broken_answer(failure);
  reply_.reason = walk_->reason();
  finish(cut_.value_or(completion_status::upstream_failed));
}

// -- what is told of a call ----------------------------------------------------------------------

void completion_job_state::note_attempt(const provider_reply& m,
                                        std::optional<failure_kind> failure,
                                        const token_usage& usage, nano_usd cost) {
  const duration first_words = m.first_content_at > attempt_.called_at
                                   ? m.first_content_at - attempt_.called_at
                                   : duration{};
  reply_.attempts.push_back({candidate().model->id, failure, usage, cost,
                             now() - attempt_.called_at, first_words, candidate().model->provider,
                             job_.request.embedding != nullptr});
}

/// The call's own timeout ends with the request's deadline, so either timer may come first.
bool completion_job_state::cut_by_deadline(const call_failure& failure) const {
  return failure.kind == failure_kind::timed_out && time_left() <= duration{};
}

/// A call that our own deadline cut says nothing of its target.
routing::health completion_job_state::health_after(const call_failure& failure) const {
  return cut_by_deadline(failure) ? routing::health::unknown : routing::health_after(failure);
}

void completion_job_state::tell_of(const call_failure& failure) {
  if (routing::condemns_key(failure))
    self_->send(options_.router, key_condemned{candidate().key, failure});
  else if (failure.kind == failure_kind::rate_limited)
    self_->send(options_.alerts, raise_alert{alert_severity::warning, "rate_limited_by_provider",
                                             candidate().model->id.value,
                                             "the provider refused a call that our limits allowed: "
                                                 + failure.message});
  else if (failure.kind == failure_kind::quota_exhausted)
    self_->send(options_.alerts, raise_alert{alert_severity::warning, to_string(failure.kind),
                                             candidate().model->id.value, failure.message});
}

void completion_job_state::report_end(const std::optional<call_failure>& failure, nano_usd cost) {
  self_->send(options_.alerts, call_ended{{candidate().model->id.value, job_.request.labels.team,
                                           alerts::result_of(failure), attempt_.waited, cost}});
}

std::shared_ptr<const report::generation>
completion_job_state::trace_of(const provider_reply& m, const model_answer& answer,
                               const call_failure* failure, const money::call_cost& cost) const {
  const bool first = reply_.attempts.empty();
  const model_id previous = first ? model_id{} : reply_.attempts.back().model;
  const finished_call call{.request = job_.request,
                           .candidate = candidate(),
                           .lease = held_.lease(),
                           .attempt = reply_.attempts.size() + 1,
                           .reply = m,
                           .answer = answer,
                           .failure = failure,
                           .cost = cost,
                           .held = failure != nullptr ? held_.still_spent(m, *failure)
                                                   : nano_usd{0},
                           .fallback_from =
                               previous == candidate().model->id ? model_id{} : previous,
                           .waited = reply_.waited,
                           .prompt = reply_.prompt};
  return make_generation(call, {now(), options_.wall(now())});
}

// -- the ends of a request ------------------------------------------------------------------------

void completion_job_state::cut(completion_status why) {
  switch (stage_) {
    case stage::idle: return;
    case stage::pausing:
    case stage::reserving:
    case stage::permitting: reply_.waited += now() - waits_since_; break;
    case stage::journaling: break;
    case stage::calling:
      // The provider's reply says what the cut call cost; it comes as soon as the call is closed.
      cut_ = why;
      self_->send(target().provider, cancel_call{held_.lease()});
      return;
  }
  held_.give_back();
  finish(why);
}

/// What a request that was cut was waiting for, for people.
std::string completion_job_state::cut_reason(completion_status why) const {
  if (why == completion_status::cancelled)
    return "its caller left";
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(job_.request.deadline);
  const std::string& model = candidate().model->id.value;
  std::string doing;
  switch (stage_) {
    case stage::calling: doing = model + " was answering"; break;
    case stage::pausing: doing = "it paused before another call"; break;
    case stage::reserving: doing = "it waited for room in a budget"; break;
    case stage::permitting: doing = "it waited for room at " + model; break;
    default: doing = "its intent was written"; break;
  }
  std::string text = "its deadline of " + std::to_string(ms.count()) + " ms passed while " + doing;
  if (const std::string before = walk_->reason(); !before.empty())
    text += "; " + before;
  return text;
}

void completion_job_state::refuse_candidate(completion_status why, std::string text) {
  take(walk_->on_refusal(why, std::move(text), time_left()));
}

void completion_job_state::on_actor_down(const caf::error& why) {
  const std::string text = "an internal actor stopped: " + caf::to_string(why);
  if (stage_ == stage::calling) {
    provider_reply lost;
    lost.outcome = call_failure{failure_kind::interrupted, 0, text, {}};
    lost.sent_at = lost.first_byte_at = lost.finished_at = now();
    return on_provider_reply(lost);
  }
  if (stage_ == stage::journaling)
    return on_journal_reply({false, text});
  held_.holds(stage_ == stage::permitting ? held_call::extent::money
                                          : held_call::extent::nothing);
  held_.give_back();
  refuse_candidate(completion_status::upstream_failed, text);
}

void completion_job_state::finish(completion_status status) {
  if (reply_.reason.empty()
      && (status == completion_status::deadline_exceeded || status == completion_status::cancelled))
    reply_.reason = cut_reason(status);
  ++step_;
  stage_ = stage::idle;
  reply_.status = status;
  reply_.elapsed = now() - job_.accepted_at;
  walk_->record(job_.plan);
  reply_.plan = std::make_shared<const routing::plan>(std::move(job_.plan));
  walk_.reset();
  job_.request.chat.reset();
  job_.request.embedding.reset();
  job_.request.sink = delta_sink_actor{};
  self_->send(options_.router, completion_finished{std::move(reply_)});
}

/// Empty: the trace is nobody's business but ours, and we keep none.
std::string completion_job_state::traceparent() const {
  const call_labels& labels = job_.request.labels;
  if (labels.parent_span_id.empty() && !options_.traced)
    return {};
  return traceparent_of(labels, held_.lease(), options_.traced || labels.sampled);
}

/// What the request may still cost by its caller's own word.
nano_usd completion_job_state::cost_left() const {
  nano_usd left = job_.request.cost_max.value_or(nano_usd{bounds::budget_nano_usd_max});
  for (const report::call_record& call : reply_.attempts)
    left -= call.cost;
  return std::max(left, nano_usd{0});
}

std::vector<money::scope_value> completion_job_state::scopes() const {
  return spend_scopes(job_.request.labels, candidate().key);
}

completion_job_self::behavior_type
completion_job(completion_job_self::stateful_pointer<completion_job_state> self,
               completion_job_options options) {
  self->state.start(self, std::move(options));
  return {
      [self](assign_completion& m) { self->state.on_assign_completion(m); },
      [self](const cancel_completion& m) { self->state.on_cancel_completion(m); },
      [self](deadline_due) { self->state.on_deadline_due(); },
      [self](const pause_over& m) { self->state.on_pause_over(m); },
  };
}

} // namespace spillway::actors
