#include "actors/chunk_job.hpp"

#include "core/assert.hpp"
#include "core/bounds.hpp"

#include <algorithm>
#include <utility>

namespace spillway::actors {
namespace {

void add(money::call_cost& sum, const money::call_cost& more) {
  sum.input += more.input;
  sum.cached_input += more.cached_input;
  sum.cache_write += more.cache_write;
  sum.output += more.output;
  sum.total += more.total;
}

} // namespace

void chunk_job_state::start(chunk_job_actor::pointer self, chunk_job_options options) {
  self_ = self;
  options_ = std::move(options);
  SPILLWAY_ASSERT(!options_.plan.parts.empty());
}

caf::result<completion_reply> chunk_job_state::on_run_completion(run_completion& m) {
  request_ = std::move(m);
  accepted_at_ = self_->clock().now();
  deadline_ = accepted_at_ + request_.deadline;
  promise_ = self_->make_response_promise<completion_reply>();
  answers_.resize(options_.plan.parts.size());
  open_.resize(options_.plan.parts.size());
  ask_next();
  return promise_;
}

request_id chunk_job_state::part_id(std::size_t number) const {
  return {options_.first_part.value + number};
}

/// A request like the caller's, for what is left of its time and an equal share of what it may
/// cost: several are under way at once.
run_completion chunk_job_state::derived(chat_request chat, request_id id) const {
  run_completion m = request_;
  m.id = id;
  m.chat = std::make_shared<const chat_request>(std::move(chat));
  m.deadline = std::max<duration>(deadline_ - self_->clock().now(), std::chrono::milliseconds{1});
  if (m.cost_max)
    m.cost_max =
        nano_usd{m.cost_max->value() / static_cast<std::int64_t>(answers_.size() + 1)};
  m.sink = delta_sink_actor{};
  m.context_strategy = context::strategy::fallback;
  return m;
}

void chunk_job_state::ask_next() {
  while (asked_ < answers_.size() && asked_ - answered_ < bounds::chunks_in_flight_max) {
    const std::size_t number = asked_++;
    open_[number] = true;
    // Unbounded in time, because each request has its own deadline.
    self_
        ->request(options_.router, caf::infinite,
                  derived(std::move(options_.plan.parts[number]), part_id(number)))
        .then([this, number](const completion_reply& m) { on_part(number, m); },
              [this, number](const caf::error& why) {
                completion_reply lost;
                lost.status = completion_status::upstream_failed;
                lost.reason = caf::to_string(why);
                on_part(number, lost);
              });
  }
}

void chunk_job_state::on_part(std::size_t number, const completion_reply& m) {
  open_[number] = false;
  take_in(m);
  if (!promise_.pending())
    return;
  if (m.status != completion_status::answered) {
    completion_reply failed = m;
    failed.reply.reset();
    failed.reason = "part " + std::to_string(number + 1) + " of "
                    + std::to_string(answers_.size()) + ": " + m.reason;
    return conclude(std::move(failed));
  }
  answers_[number] = m.reply->message.text;
  ++answered_;
  tell_progress(m.model);
  if (answered_ < answers_.size())
    return ask_next();
  ask_for_whole();
}

/// A sink that has not taken the last of these yet misses one.
void chunk_job_state::tell_progress(const model_id& model) {
  if (!request_.sink || telling_)
    return;
  telling_ = true;
  const auto told = [this] { telling_ = false; };
  reply_prelude so_far;
  so_far.prompt = {context::outcome::chunked, options_.explanation};
  so_far.waited = total_.waited;
  self_
      ->request(request_.sink, caf::infinite,
                deliver_deltas{request_.id, model,
                               std::make_shared<const std::vector<chat_delta>>(), answered_,
                               answers_.size(), false,
                               std::make_shared<const reply_prelude>(std::move(so_far))})
      .then([told](deltas_taken) { told(); }, [told](const caf::error&) { told(); });
}

void chunk_job_state::ask_for_whole() {
  combining_ = true;
  run_completion m =
      derived(context::combine(*request_.chat, options_.plan, answers_), part_id(answers_.size()));
  m.sink = request_.sink;
  m.context_strategy = context::strategy::truncate;
  self_->request(options_.router, caf::infinite, std::move(m))
      .then(
          [this](const completion_reply& r) {
            take_in(r);
            conclude(r);
          },
          [this](const caf::error& why) {
            completion_reply lost;
            lost.status = completion_status::upstream_failed;
            lost.reason = caf::to_string(why);
            conclude(std::move(lost));
          });
}

void chunk_job_state::take_in(const completion_reply& m) {
  total_.attempts.insert(total_.attempts.end(), m.attempts.begin(), m.attempts.end());
  add(total_.cost, m.cost);
  total_.waited += m.waited;
}

/// `reply` is the last word; what all requests cost goes with it.
void chunk_job_state::conclude(completion_reply reply) {
  if (!promise_.pending())
    return;
  cancel_open();
  reply.id = request_.id;
  reply.attempts = total_.attempts;
  reply.cost = total_.cost;
  reply.waited = total_.waited;
  reply.elapsed = self_->clock().now() - accepted_at_;
  const std::string cut = reply.prompt.text.empty() ? "" : "; of the answers: " + reply.prompt.text;
  reply.prompt = {context::outcome::chunked, options_.explanation + cut};
  promise_.deliver(std::move(reply));
  // What is still open is answered soon, since it was cancelled; nobody needs it.
  self_->quit();
}

void chunk_job_state::cancel_open() {
  for (std::size_t i = 0; i < open_.size(); ++i)
    if (open_[i])
      self_->send(options_.router, cancel_completion{part_id(i)});
}

void chunk_job_state::on_cancel_completion(const cancel_completion& m) {
  if (m.id != request_.id || !promise_.pending())
    return;
  if (combining_)
    return self_->send(options_.router, cancel_completion{part_id(answers_.size())});
  completion_reply cancelled;
  cancelled.status = completion_status::cancelled;
  cancelled.reason = "its caller left";
  conclude(std::move(cancelled));
}

void chunk_job_state::on_stop() {
  completion_reply stopped;
  stopped.status = completion_status::shutting_down;
  stopped.reason = "the runtime stopped";
  conclude(std::move(stopped));
}

chunk_job_actor::behavior_type chunk_job(chunk_job_actor::stateful_pointer<chunk_job_state> self,
                                         chunk_job_options options) {
  self->state.start(self, std::move(options));
  self->set_exit_handler([self](caf::exit_msg& m) {
    self->state.on_stop();
    self->quit(std::move(m.reason));
  });
  return {
      [self](run_completion& m) { return self->state.on_run_completion(m); },
      [self](const cancel_completion& m) { self->state.on_cancel_completion(m); },
  };
}

} // namespace spillway::actors
