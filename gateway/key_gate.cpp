#include "gateway/key_gate.hpp"

#include "core/access/key_tokens.hpp"
#include "wire/access/key_text.hpp"

#include <caf/actor_cast.hpp>

#include <utility>

namespace spillway::gateway {
namespace {

access::asked_tokens tokens_of(const run_completion& m) {
  if (m.chat)
    return access::tokens_asked_by(*m.chat);
  return m.embedding ? access::tokens_asked_by(*m.embedding) : access::asked_tokens{};
}

completion_status status_of(access::key_verdict why) {
  using access::key_verdict;
  switch (why) {
    case key_verdict::target_not_allowed: return completion_status::unknown_target;
    case key_verdict::limited: return completion_status::rate_limited;
    case key_verdict::too_large: return completion_status::invalid_request;
    default: return completion_status::cancelled;
  }
}

} // namespace

void key_gate_state::start(key_gate_actor::pointer self, key_gate_options options) {
  self_ = self;
  options_ = std::move(options);
  self_->monitor(options_.router);
  self_->send(options_.keeper, watch_keys{caf::actor_cast<key_watcher_actor>(self_)});
}

instant key_gate_state::now() const {
  const mono_time mono = self_->clock().now();
  return {mono, options_.wall(mono)};
}

caller_identity key_gate_state::on_identify_caller(const identify_caller& m) const {
  const access::virtual_key* key = keys_.find(m.key_id, now().wall);
  if (key == nullptr || !wire::is_key_of(*key, m.fingerprint))
    return {};
  return {key->name, key->tags, key->targets};
}

void key_gate_state::on_replace_keys(const replace_keys& m) {
  keys_.replace(*m.keys);
}

caf::result<completion_reply> key_gate_state::on_run_completion(run_completion& m) {
  if (m.labels.key.empty())
    return self_->delegate(options_.router, std::move(m));
  const lease_id lease{next_lease_++};
  const access::asked_tokens asked = tokens_of(m);
  access::key_decision decision =
      keys_.admit({m.labels.key, m.target, asked.sure, lease, asked.open}, now());
  if (decision.outcome != access::key_verdict::granted) {
    completion_reply refused;
    refused.id = m.id;
    refused.status = status_of(decision.outcome);
    refused.reason = std::move(decision.reason);
    refused.retry_after = decision.retry_after;
    return refused;
  }
  auto promise = self_->make_response_promise<completion_reply>();
  // Unbounded in time, because the request's own deadline stands above it.
  self_->request(options_.router, caf::infinite, std::move(m))
      .then(
          [this, promise, lease, asked](completion_reply& reply) mutable {
            keys_.end(lease, access::taken_tokens(reply.attempts, asked.total()), now());
            promise.deliver(std::move(reply));
          },
          [this, promise, lease](caf::error& why) mutable {
            keys_.end(lease, std::nullopt, now());
            promise.deliver(std::move(why));
          });
  return promise;
}

caf::result<completion_plan> key_gate_state::on_plan_completion(plan_completion& m) {
  const run_completion& asked = m.request;
  if (!asked.labels.key.empty()) {
    access::key_decision decision = keys_.check(asked.labels.key, asked.target, now().wall);
    if (decision.outcome != access::key_verdict::granted) {
      completion_plan refused;
      refused.status = status_of(decision.outcome);
      refused.reason = std::move(decision.reason);
      return refused;
    }
  }
  return self_->delegate(options_.router, std::move(m));
}

key_gate_actor::behavior_type key_gate(key_gate_actor::stateful_pointer<key_gate_state> self,
                                       key_gate_options options) {
  self->state.start(self, std::move(options));
  self->set_down_handler([self](caf::down_msg& m) { self->quit(std::move(m.reason)); });
  const auto pass = [self](auto&& m) {
    return self->delegate(self->state.router(), std::forward<decltype(m)>(m));
  };
  return {
      [self](run_completion& m) { return self->state.on_run_completion(m); },
      [self](plan_completion& m) { return self->state.on_plan_completion(m); },
      [self](const record_feedback& m) { self->send(self->state.router(), m); },
      [pass](take_request_id m) { return pass(m); },
      [self](const cancel_completion& m) { self->send(self->state.router(), m); },
      [pass](get_router_status m) { return pass(m); },
      [pass](const drain_requests& m) { return pass(m); },
      [self](const identify_caller& m) { return self->state.on_identify_caller(m); },
      [self](const replace_keys& m) { self->state.on_replace_keys(m); },
  };
}

} // namespace spillway::gateway
