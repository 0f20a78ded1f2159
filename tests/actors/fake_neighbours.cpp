#include "tests/actors/fake_neighbours.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

namespace spillway::tests {
namespace {

router_self::behavior_type fake_router(router_self::pointer, fake_neighbours* log) {
  return {
      [](const run_completion&) { return completion_reply{}; },
      [](const plan_completion&) { return completion_plan{}; },
      [](const record_feedback&) {},
      [](const cancel_completion&) {},
      [](take_request_id) { return request_id_reply{}; },
      [](get_router_status) { return router_status{}; },
      [](const drain_requests&) { return drain_reply{}; },
      [log](const completion_finished& m) { log->finished.push_back(m.reply); },
      [](const replace_target&) {},
      [](const replace_routing&) {},
      [log](const key_condemned& m) { log->condemned.push_back(m); },
      [](wake_due) {},
  };
}

budget_actor::behavior_type fake_budget(budget_actor::pointer, fake_neighbours* log) {
  return {
      [log](const reserve_spend& m) {
        log->reserved.push_back(m);
        spend_reply reply = log->on_reserve(m);
        if (reply.decision.reserved && reply.decision.amount == nano_usd{0})
          reply.decision.amount = m.amount;
        return reply;
      },
      [log](const settle_spend& m) { log->settled_spend.push_back(m); },
      [log](const release_spend& m) { log->released_spend.push_back(m); },
      [](get_budget_status) { return budget_status{}; },
      [log](const check_budget& m) {
        return budget_check{log->on_reserve({{}, m.scopes, m.amount}).decision};
      },
      [](const get_remaining_budget&) { return remaining_budget{}; },
      [](const get_cumulative_cost&) { return cumulative_cost{}; },
      [](const get_cost_breakdown&) { return cost_breakdown{}; },
  };
}

limiter_actor::behavior_type fake_limiter(limiter_actor::pointer, fake_neighbours* log) {
  return {
      [log](const acquire_permit& m) { return log->on_acquire(m); },
      [log](const quote_permit& m) { return log->on_acquire({m.call}); },
      [log](const await_permit& m) { return log->on_await(m); },
      [log](const withdraw_permit& m) { log->withdrawn_permits.push_back(m); },
      [log](const settle_permit& m) { log->settled_permits.push_back(m); },
      [log](const release_permit& m) { log->released_permits.push_back(m); },
      [](get_limiter_status) { return limiter_status{}; },
  };
}

held_provider::behavior_type fake_provider(held_provider::pointer self, fake_neighbours* log) {
  auto held = std::make_shared<std::vector<caf::typed_response_promise<provider_reply>>>();
  return {
      [self, log, held](const call_provider& m) -> caf::result<provider_reply> {
        log->calls.push_back(m);
        if (!log->holds_calls)
          return log->on_call(m);
        held->push_back(self->make_response_promise<provider_reply>());
        return held->back();
      },
      [log](const cancel_call& m) { log->cancelled_calls.push_back(m); },
      [held](const provider_reply& m) {
        held->front().deliver(m);
        held->erase(held->begin());
      },
  };
}

langfuse_batcher_actor::behavior_type fake_batcher(langfuse_batcher_actor::pointer,
                                                   fake_neighbours* log) {
  return {
      [log](const record_generation& m) { log->traces.push_back(m.record); },
      [](const flush_traces&) { return trace_status{}; },
      [](get_trace_status) { return trace_status{}; },
  };
}

} // namespace

fake_neighbours::fake_neighbours(virtual_system& world) : world_{world} {
  on_reserve = [](const reserve_spend&) {
    spend_reply r;
    r.decision.reserved = true;
    return r;
  };
  on_acquire = [](const acquire_permit&) { return permit_reply{}; };
  on_await = [](const await_permit&) { return permit_reply{}; };
  on_call = [&world](const call_provider&) { return answer_of(100, 20, world.now()); };
  caf::actor_system& system = world.system();
  router = system.spawn(fake_router, this);
  budget = system.spawn(fake_budget, this);
  limiter = system.spawn(fake_limiter, this);
  provider = system.spawn(fake_provider, this);
  batcher = system.spawn(fake_batcher, this);
  sink = alerts.spawn_in(system);
}

actors::completion_job_options fake_neighbours::job_options() const {
  actors::completion_job_options o;
  o.router = router;
  o.budget = budget;
  o.traces = batcher;
  o.alerts = sink;
  o.wall = world_.wall();
  return o;
}

actors::router_options fake_neighbours::router_options(routing::rules rules) const {
  actors::router_options o;
  o.rules = std::move(rules);
  o.spawn_job = [&system = world_.system(), job = job_options()](router_self whose) {
    actors::completion_job_options mine = job;
    mine.router = std::move(whose);
    return completion_job_actor{system.spawn(actors::completion_job, std::move(mine))};
  };
  o.wall = world_.wall();
  o.alerts = sink;
  o.budget = budget;
  return o;
}

void fake_neighbours::answer_held(provider_reply reply) {
  world_.self()->send(provider, std::move(reply));
  world_.settle();
}

fake_neighbours::~fake_neighbours() {
  const auto stop = [this](const auto& who) {
    world_.self()->send_exit(who, caf::exit_reason::user_shutdown);
  };
  stop(router), stop(budget), stop(limiter), stop(provider), stop(batcher), stop(sink);
  world_.settle();
}

provider_reply answer_of(std::int64_t input, std::int64_t output, mono_time now) {
  auto answer = std::make_shared<chat_reply>();
  answer->message = {chat_role::assistant, "done", {}, {}, {}};
  answer->finish_native = "stop";
  answer->usage.input = token_count{input};
  answer->usage.output = token_count{output};
  provider_reply reply;
  reply.outcome = std::shared_ptr<const chat_reply>{std::move(answer)};
  reply.sent_at = reply.first_byte_at = reply.finished_at = now;
  return reply;
}

provider_reply failure_of(failure_kind kind, mono_time now, bool sent,
                          std::optional<duration> retry_after) {
  provider_reply reply;
  reply.outcome = call_failure{kind, 500, "as the test says", retry_after};
  reply.request_sent = sent;
  reply.sent_at = reply.first_byte_at = reply.finished_at = now;
  return reply;
}

model_entry priced_model(const std::string& id) {
  model_entry m;
  m.id = {id};
  m.provider = {"p"};
  m.upstream_name = id;
  m.context_max = token_count{100'000};
  m.output_max = token_count{100};
  m.pricing = {{{wall_time{}, {1'000'000'000, 1'000'000'000, 1'000'000'000, 2'000'000'000}, {}}}};
  return m;
}

routing::rules rules_of_two_models() {
  routing::rules out;
  out.models =
      std::make_shared<const catalog>(std::vector{priced_model("m"), priced_model("other")});
  out.routes = {{"both", {{"m"}, {"other"}}}};
  out.default_route = "both";
  out.fallback = {std::chrono::seconds{2}, false};
  return out;
}

std::shared_ptr<chat_request> turn_of_user(std::string text) {
  auto chat = std::make_shared<chat_request>();
  chat->messages.push_back({chat_role::user, std::move(text), {}, {}, {}});
  return chat;
}

} // namespace spillway::tests
