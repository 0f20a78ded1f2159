#include "actors/answer_keeper.hpp"

#include "actors/generation_record.hpp"
#include "core/chat_delta.hpp"

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
  answers::question q = question_of(m);
  if (const answers::kept_answer* const kept = kept_.find(q, self_->clock().now())) {
    ++hits_;
    return give(m.request, *kept);
  }
  ++misses_;
  return have_answered(m, std::move(q));
}

answers::question answer_keeper_state::question_of(const find_answer& m) const {
  const run_completion& r = m.request;
  answers::question q;
  if (!options_.shared)
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

caf::result<completion_reply> answer_keeper_state::give(const run_completion& m,
                                                        const answers::kept_answer& kept) {
  completion_reply reply;
  reply.id = m.id;
  reply.reply = kept.answer.chat;
  reply.vectors = kept.answer.vectors;
  reply.model = kept.model;
  reply.cache = cache_outcome::hit;
  const wall_time now = options_.wall(self_->clock().now());
  self_->send(options_.traces,
              record_generation{make_kept_generation(m, kept, options_.seed, now)});
  if (!m.sink || !kept.answer.chat)
    return reply;
  deliver_deltas all{
      m.id, kept.model,
      std::make_shared<const std::vector<chat_delta>>(deltas_of(*kept.answer.chat))};
  all.kept = true;
  if (all.deltas->empty())
    return reply;
  auto promise = self_->make_response_promise<completion_reply>();
  self_->request(m.sink, m.deadline, std::move(all))
      .then([promise, reply](deltas_taken) mutable { promise.deliver(std::move(reply)); },
            [promise, id = m.id](const caf::error&) mutable {
              completion_reply gone;
              gone.id = id;
              gone.status = completion_status::cancelled;
              gone.reason = "nobody took the reply before the deadline";
              promise.deliver(std::move(gone));
            });
  return promise;
}

caf::result<completion_reply> answer_keeper_state::have_answered(find_answer& m,
                                                                 answers::question q) {
  m.request.cache = cache_use::off;
  auto promise = self_->make_response_promise<completion_reply>();
  // Unbounded in time, because the request's own deadline stands above it.
  self_->request(m.router, caf::infinite, std::move(m.request))
      .then(
          [this, promise, q = std::move(q)](completion_reply& reply) mutable {
            if (reply.status == completion_status::answered
                && reply.prompt.what == context::outcome::as_it_is)
              kept_.keep(std::move(q), {{reply.reply, reply.vectors}, reply.model},
                         self_->clock().now());
            reply.cache = cache_outcome::miss;
            promise.deliver(std::move(reply));
          },
          [promise](caf::error& why) mutable { promise.deliver(std::move(why)); });
  return promise;
}

answers_status answer_keeper_state::on_get_answers_status() const {
  return {hits_, misses_, kept_.dropped(), kept_.size(), kept_.bytes()};
}

answer_keeper_actor::behavior_type
answer_keeper(answer_keeper_actor::stateful_pointer<answer_keeper_state> self,
              answer_keeper_options options) {
  self->state.start(self, std::move(options));
  return {
      [self](find_answer& m) { return self->state.on_find_answer(m); },
      [self](get_answers_status) { return self->state.on_get_answers_status(); },
  };
}

} // namespace spillway::actors
