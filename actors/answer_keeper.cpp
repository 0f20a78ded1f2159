#include "actors/answer_keeper.hpp"

#include "actors/generation_record.hpp"
#include "actors/refusal.hpp"
#include "core/bounds.hpp"
#include "core/chat_delta.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace spillway::actors {

using answers::cache_outcome;
using answers::cache_use;

void answer_keeper_state::start(answer_keeper_actor::pointer self, answer_keeper_options options) {
  self_ = self;
  options_ = std::move(options);
  kept_ = answers::kept_answers{options_.policy};
}

caf::result<completion_reply> answer_keeper_state::on_find_answer(find_answer& m) {
  const mono_time now = self_->clock().now();
  const answers::question q = question_of(m);
  auto promise = self_->make_response_promise<completion_reply>();
  if (const answers::kept_answer* const kept = kept_.find(q, now)) {
    give(m.request, *kept, promise);
    return promise;
  }
  waiter asker{std::move(m.request), std::move(m.router), promise, {}};
  asker.deadline = now + asker.request.deadline;
  std::vector<waiter>* const line = under_way_.find(q);
  if (line != nullptr && !asker.request.sink
      && under_way_.count() < bounds::requests_in_flight_max)
    wait_in_line(std::move(asker), *line);
  else
    ask(std::move(asker), q, answers::is_repeatable(q) && under_way_.begin(q));
  return promise;
}

answers::question answer_keeper_state::question_of(const find_answer& m) const {
  const run_completion& r = m.request;
  answers::question q;
  if (!kept_.policy().shared)
    q.tenant = {r.cache_owner, r.labels.key, r.labels.team};
  q.target = r.target;
  q.models = m.models;
  q.task_type = r.labels.task_type;
  q.quality = r.labels.quality;
  q.quality_floor = r.labels.quality_floor;
  q.allow_fallback = r.allow_fallback;
  q.strategy = r.context_strategy;
  q.chat = r.chat;
  q.embedding = r.embedding;
  return q;
}

void answer_keeper_state::give(const run_completion& m, const answers::kept_answer& kept,
                               reply_promise promise) {
  ++hits_;
  completion_reply reply;
  reply.id = m.id;
  reply.reply = kept.answer.chat;
  reply.vectors = kept.answer.vectors;
  reply.model = kept.model;
  reply.cache = cache_outcome::hit;
  const wall_time now = options_.wall(self_->clock().now());
  self_->send(options_.traces,
              record_generation{make_kept_generation(m, kept, options_.seed, now)});
  deliver_deltas all{m.id, kept.model, nullptr};
  if (m.sink && kept.answer.chat)
    all.deltas = std::make_shared<const std::vector<chat_delta>>(deltas_of(*kept.answer.chat));
  if (!all.deltas || all.deltas->empty()) {
    promise.deliver(std::move(reply));
    return;
  }
  all.kept = true;
  self_->request(m.sink, m.deadline, std::move(all))
      .then([promise, reply](deltas_taken) mutable { promise.deliver(std::move(reply)); },
            [promise, m](const caf::error&) mutable {
              promise.deliver(refusal(m, completion_status::cancelled,
                                      "nobody took the reply before the deadline"));
            });
}

// -- questions that are under way -----------------------------------------------------------------

void answer_keeper_state::ask(waiter w, const answers::question& q, bool leads) {
  ++misses_;
  run_completion m = w.request;
  m.cache = cache_use::off;
  m.deadline = std::max(w.deadline - self_->clock().now(), duration{1});
  const router_actor router = w.router;
  // Unbounded in time, because the request's own deadline stands above it.
  self_->request(router, caf::infinite, std::move(m))
      .then([this, w, q, leads](completion_reply& reply) { on_answer(reply, w, q, leads); },
            [this, w, q, leads](const caf::error& why) {
              completion_reply lost = refusal(w.request, completion_status::shutting_down,
                                              "the router stopped: " + caf::to_string(why));
              on_answer(lost, w, q, leads);
            });
}

void answer_keeper_state::wait_in_line(waiter w, std::vector<waiter>& line) {
  self_->delayed_send(self_, w.deadline - self_->clock().now(), wake_due{});
  line.push_back(std::move(w));
}

void answer_keeper_state::on_answer(completion_reply& reply, const waiter& asker,
                                    const answers::question& q, bool leads) {
  const completion_status status = reply.status;
  const bool kept = status == completion_status::answered
                    && reply.prompt.what == context::outcome::as_it_is
                    && kept_.keep(q, {{reply.reply, reply.vectors}, reply.model},
                                  self_->clock().now());
  reply.cache = cache_outcome::miss;
  reply_promise promise = asker.promise;
  promise.deliver(std::move(reply));
  if (leads)
    serve_line(q, status, kept);
}

void answer_keeper_state::serve_line(const answers::question& q, completion_status how_it_ended,
                                     bool kept) {
  std::vector<waiter> line = under_way_.end(q);
  if (line.empty())
    return;
  if (kept) {
    const answers::kept_answer answer = *kept_.find(q, self_->clock().now());
    for (const waiter& w : line)
      give(w.request, answer, w.promise);
    return;
  }
  // One who gives up says nothing about the question.
  const bool gave_up = how_it_ended == completion_status::cancelled
                       || how_it_ended == completion_status::deadline_exceeded;
  if (!gave_up) {
    for (waiter& w : line)
      ask(std::move(w), q, false);
    return;
  }
  under_way_.begin(q);
  ask(std::move(line.front()), q, true);
  for (auto w = line.begin() + 1; w != line.end(); ++w)
    wait_in_line(std::move(*w), *under_way_.find(q));
}

void answer_keeper_state::on_cancel_completion(const cancel_completion& m) {
  for (waiter& w : under_way_.take_if([&](const waiter& w) { return w.request.id == m.id; }))
    w.promise.deliver(refusal(w.request, completion_status::cancelled, "its caller cancelled it"));
}

void answer_keeper_state::on_wake() {
  const mono_time now = self_->clock().now();
  for (waiter& w : under_way_.take_if([&](const waiter& w) { return w.deadline <= now; }))
    w.promise.deliver(refusal(w.request, completion_status::deadline_exceeded,
                              "the same question, asked before, was not answered in time"));
}

void answer_keeper_state::on_stop() {
  for (waiter& w : under_way_.take_if([](const waiter&) { return true; }))
    w.promise.deliver(refusal(w.request, completion_status::shutting_down, "the runtime stopped"));
}

void answer_keeper_state::on_replace_keeping(const replace_keeping& m) {
  kept_.replace_policy(m.policy);
}

answers_status answer_keeper_state::on_get_answers_status() const {
  return {hits_, misses_, kept_.dropped(), kept_.size(), kept_.bytes()};
}

answer_keeper_actor::behavior_type
answer_keeper(answer_keeper_actor::stateful_pointer<answer_keeper_state> self,
              answer_keeper_options options) {
  self->state.start(self, std::move(options));
  self->set_exit_handler([self](caf::exit_msg& m) {
    self->state.on_stop();
    self->quit(std::move(m.reason));
  });
  return {
      [self](find_answer& m) { return self->state.on_find_answer(m); },
      [self](const cancel_completion& m) { self->state.on_cancel_completion(m); },
      [self](wake_due) { self->state.on_wake(); },
      [self](const replace_keeping& m) { self->state.on_replace_keeping(m); },
      [self](get_answers_status) { return self->state.on_get_answers_status(); },
  };
}

} // namespace spillway::actors
