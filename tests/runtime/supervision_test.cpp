#include "core/bounds.hpp"
#include "runtime/supervision.hpp"
#include "tests/support/alert_record.hpp"
#include "tests/support/virtual_system.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace std::chrono_literals;
using tests::virtual_system;

namespace {

model_entry model_of(std::int64_t requests_per_minute) {
  model_entry m;
  m.id = {"m"};
  m.limits.requests_per_minute = requests_per_minute;
  return m;
}

/// A supervisor over one model, among neighbours that only record.
struct supervised_world {
  virtual_system world;
  std::vector<replace_target> announced;
  std::vector<runtime::limiter_memory> memories;
  std::vector<std::int64_t> limits_spawned; ///< of limiters that were started again
  std::vector<std::int64_t> limits_told;    ///< of those that run
  int limiters_spawned = 0;
  int providers_spawned = 0;
  int drains = 0;
  tests::alert_record alerts;
  std::vector<std::string> gave_up;
  limiter_actor limiter;
  provider_actor provider;
  router_self router;
  budget_actor budget;
  alert_sink_actor sink;
  supervisor_actor supervisor;

  supervised_world() {
    limiter = spawn_limiter();
    provider = spawn_provider();
    caf::actor_system& system = world.system();
    budget = system.spawn([]() -> budget_actor::behavior_type {
      return {[](const reserve_spend&) { return spend_reply{}; },
              [](const settle_spend&) {},
              [](const release_spend&) {},
              [](get_budget_status) { return budget_status{}; },
              [](const check_budget&) { return budget_check{}; },
              [](const get_remaining_budget&) { return remaining_budget{}; },
              [](const get_cumulative_cost&) { return cumulative_cost{}; },
              [](const get_cost_breakdown&) { return cost_breakdown{}; }};
    });
    sink = alerts.spawn_in(system);
    router = system.spawn([this]() -> router_self::behavior_type {
      return {[](const run_completion&) { return completion_reply{}; },
              [](const plan_completion&) { return completion_plan{}; },
              [](const record_feedback&) {},
              [](const cancel_completion&) {},
              [](take_request_id) { return request_id_reply{}; },
              [](get_router_status) { return router_status{}; },
              [this](const drain_requests&) {
                ++drains;
                return drain_reply{};
              },
              [](const completion_finished&) {},
              [this](const replace_target& m) { announced.push_back(m); },
              [](const replace_routing&) {},
              [](const key_condemned&) {},
              [](wake_due) {}};
    });
    runtime::supervisor_options o;
    o.router = router;
    o.budget = budget;
    o.alerts = sink;
    o.wall = world.wall();
    o.targets = {{{"m"}, {"p/default"}, {{"k"}, limiter, provider}}};
    o.models = std::make_shared<const catalog>(std::vector{model_of(500)});
    o.spawn_limiter = [this](const runtime::supervised_target& t, const catalog& models,
                             runtime::limiter_memory memory) {
      memories.push_back(std::move(memory));
      limits_spawned.push_back(*models.find(t.model)->limits.requests_per_minute);
      return limiter = spawn_limiter();
    };
    o.spawn_provider = [this](const key_id&) { return provider = spawn_provider(); };
    o.on_give_up = [this](const std::string& why) { gave_up.push_back(why); };
    supervisor = system.spawn(runtime::supervisor, std::move(o));
    world.settle();
  }
  ~supervised_world() {
    kill(supervisor, caf::exit_reason::user_shutdown);
    kill(router, caf::exit_reason::user_shutdown);
    kill(budget, caf::exit_reason::user_shutdown);
    kill(sink, caf::exit_reason::user_shutdown);
    kill(limiter, caf::exit_reason::user_shutdown);
    kill(provider, caf::exit_reason::user_shutdown);
  }

  limiter_actor spawn_limiter() {
    ++limiters_spawned;
    return world.system().spawn([this]() -> limiter_self::behavior_type {
      return {[](const acquire_permit&) { return permit_reply{}; },
              [](const quote_permit&) { return permit_reply{}; },
              [](const await_permit&) { return permit_reply{}; },
              [](const withdraw_permit&) {},
              [](const settle_permit&) {},
              [](const release_permit&) {},
              [](get_limiter_status) { return limiter_status{}; },
              [this](const replace_limits& m) {
                limits_told.push_back(*m.limits.requests_per_minute);
              },
              [](wake_due) {}};
    });
  }
  provider_actor spawn_provider() {
    ++providers_spawned;
    return world.system().spawn([]() -> provider_actor::behavior_type {
      return {[](const call_provider&) { return provider_reply{}; }, [](const cancel_call&) {}};
    });
  }

  template <class Handle>
  void kill(Handle whom, caf::exit_reason why = caf::exit_reason::unhandled_exception) {
    world.self()->send_exit(whom, why);
    world.settle();
  }
};

} // namespace

TEST_CASE("a dead limiter is replaced, without a journal by one that knows that it knows nothing") {
  supervised_world w;
  w.kill(w.limiter);
  CHECK(w.limiters_spawned == 2);
  REQUIRE(w.announced.size() == 1);
  CHECK(w.announced[0].target.limiter == w.limiter);
  REQUIRE(w.memories.size() == 1);
  CHECK_FALSE(w.memories[0].complete);
  CHECK(w.alerts.raised.at(0).rule == "actor_restarted");
}

TEST_CASE("a dead provider is replaced for every model it served") {
  supervised_world w;
  w.kill(w.provider);
  CHECK(w.providers_spawned == 2);
  REQUIRE(w.announced.size() == 1);
  CHECK(w.announced[0].target.provider == w.provider);
}

TEST_CASE("an actor that dies too often ends the runtime with a reason that names it") {
  supervised_world w;
  for (int i = 0; i < bounds::restarts_max; ++i)
    w.kill(w.provider);
  CHECK(w.gave_up.empty());
  w.kill(w.provider);
  REQUIRE(w.gave_up.size() == 1);
  CHECK(w.gave_up[0].find("provider p") != std::string::npos);
  CHECK(w.drains == 1);
  CHECK(w.alerts.raised.back().rule == "runtime_stopped");
}

TEST_CASE("deaths that lie far apart are no reason to end") {
  supervised_world w;
  for (int i = 0; i < 3 * bounds::restarts_max; ++i) {
    w.kill(w.limiter);
    w.world.advance(bounds::restart_window / 3);
  }
  CHECK(w.gave_up.empty());
  CHECK(w.limiters_spawned == 1 + 3 * bounds::restarts_max);
}

TEST_CASE("a dead budget ends the runtime at once: going on could overspend") {
  supervised_world w;
  w.kill(w.budget);
  REQUIRE(w.gave_up.size() == 1);
  CHECK(w.gave_up[0].find("budget") != std::string::npos);
}

TEST_CASE("limits that change reach the limiter that runs, and the one that follows it") {
  supervised_world w;
  w.world.self()->send(w.supervisor, replace_models{std::make_shared<const catalog>(
                                         std::vector{model_of(20), model_entry{}})});
  w.world.settle();
  CHECK(w.limits_told == std::vector<std::int64_t>{20});
  w.kill(w.limiter);
  CHECK(w.limits_spawned == std::vector<std::int64_t>{20});
  // A model that the configuration no longer has goes on as it was, until nobody routes to it.
  w.world.self()->send(w.supervisor, replace_models{std::make_shared<const catalog>(
                                         std::vector<model_entry>{})});
  w.world.settle();
  CHECK(w.limits_told == std::vector<std::int64_t>{20, 20});
}

TEST_CASE("an orderly end is no death") {
  supervised_world w;
  w.kill(w.limiter, caf::exit_reason::user_shutdown);
  CHECK(w.limiters_spawned == 1);
  CHECK(w.alerts.raised.empty());
}
