#include "actors/budget.hpp"
#include "core/bounds.hpp"
#include "tests/support/alert_record.hpp"
#include "tests/support/virtual_system.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <catch2/catch.hpp>

#include <map>
#include <random>

using namespace spillway;
using namespace std::chrono_literals;
using tests::virtual_system;

namespace {

struct budget_world {
  virtual_system world;
  tests::alert_record alerts;
  alert_sink_actor sink;
  budget_self budget;

  explicit budget_world(nano_usd limit) {
    sink = alerts.spawn_in(world.system());
    actors::budget_options options;
    options.rules = {{"global", "", money::period::day, limit}};
    options.wall = world.wall();
    options.alerts = sink;
    budget = world.system().spawn(actors::budget, std::move(options));
  }
  ~budget_world() {
    world.self()->send_exit(budget, caf::exit_reason::user_shutdown);
    world.self()->send_exit(sink, caf::exit_reason::user_shutdown);
    world.settle();
  }

  money::spend_decision reserve(std::uint64_t id, std::int64_t amount) {
    return world.ask<spend_reply>(budget, reserve_spend{{id}, {}, nano_usd{amount}}).decision;
  }
  money::account_status account() {
    return world.ask<budget_status>(budget, get_budget_status{}).accounts.at(0);
  }
};

} // namespace

TEST_CASE("reservations beyond the limit are refused and take nothing") {
  budget_world w{nano_usd{100}};
  CHECK(w.reserve(1, 60).reserved);
  const auto refused = w.reserve(2, 50);
  CHECK_FALSE(refused.reserved);
  CHECK(refused.headroom == nano_usd{40});
  CHECK(w.account().reserved == nano_usd{60});
}

TEST_CASE("a settlement frees what was not spent, a release all of it") {
  budget_world w{nano_usd{100}};
  w.reserve(1, 60);
  w.reserve(2, 40);
  w.world.self()->send(w.budget, settle_spend{{1}, nano_usd{10}});
  w.world.self()->send(w.budget, release_spend{{2}});
  w.world.settle();
  CHECK(w.account().spent == nano_usd{10});
  CHECK(w.account().reserved == nano_usd{0});
  CHECK(w.alerts.raised.empty());
}

TEST_CASE("an overrun is posted in full and somebody is told") {
  budget_world w{nano_usd{100}};
  w.reserve(1, 60);
  w.world.self()->send(w.budget, settle_spend{{1}, nano_usd{130}});
  w.world.settle();
  CHECK(w.account().spent == nano_usd{130});
  REQUIRE(w.alerts.raised.size() == 1);
  CHECK(w.alerts.raised[0].rule == "spend_over_reservation");
  CHECK_FALSE(w.reserve(2, 1).reserved);
}

TEST_CASE("the reservation of a dead holder stays spent: the provider may bill it") {
  budget_world w{nano_usd{100}};
  w.world.system().spawn([b = w.budget](caf::event_based_actor* self) {
    self->request(b, caf::infinite, reserve_spend{{1}, {}, nano_usd{70}})
        .then([self](const spend_reply&) { self->quit(caf::exit_reason::unhandled_exception); });
  });
  w.world.settle();
  CHECK(w.account().spent == nano_usd{70});
  CHECK(w.account().reserved == nano_usd{0});
}

TEST_CASE("a budget of zero refuses whatever costs and lets pass what is free") {
  budget_world w{nano_usd{0}};
  CHECK_FALSE(w.reserve(1, 1).reserved);
  CHECK(w.reserve(2, 0).reserved);
}

TEST_CASE("rules of virtual keys come and go, and count what their keys have spent today") {
  budget_world w{nano_usd{100}};
  const std::vector<money::scope_value> bot{{"key", "bot"}};
  const auto ask = [&](std::uint64_t id, std::int64_t amount) {
    w.world.self()->send(w.budget, reserve_spend{{id}, bot, nano_usd{amount}});
    w.world.self()->send(w.budget, settle_spend{{id}, nano_usd{amount}});
    w.world.settle();
  };
  const auto room = [&] {
    return w.world.ask<remaining_budget>(w.budget, get_remaining_budget{bot}).remaining;
  };
  ask(1, 30);
  w.world.self()->send(w.budget, replace_budget_rules{rule_origin::virtual_keys,
                                                      {{"key", "bot", money::period::day,
                                                        nano_usd{40}}}});
  w.world.settle();
  CHECK(room() == nano_usd{10});
  w.world.self()->send(w.budget, replace_budget_rules{rule_origin::configuration, {}});
  w.world.settle();
  CHECK(room() == nano_usd{10});
  w.world.self()->send(w.budget, replace_budget_rules{rule_origin::virtual_keys, {}});
  w.world.settle();
  CHECK_FALSE(room());
}

TEST_CASE("whoever gives way to another that waits for money is told at once") {
  std::map<std::uint64_t, bool> told; // and whether the money was set aside
  budget_world w{nano_usd{0}};
  w.world.self()->send(w.budget,
                       replace_budget_rules{
                           rule_origin::configuration,
                           {{"team", "", money::period::day, nano_usd{100},
                             money::exhausted_policy::wait}}});
  const auto wall = w.world.wall()(w.world.now());
  const auto ask = [&](std::uint64_t id, const char* team, std::int64_t amount) {
    const reserve_spend m{{id}, {{"team", team}}, nano_usd{amount}, {}, wall + 48h};
    w.world.system().spawn([&, id, m](caf::event_based_actor* self) {
      self->request(w.budget, caf::infinite, m).then([&, id](const spend_reply& r) {
        told[id] = r.decision.reserved;
      });
    });
    w.world.settle();
  };
  ask(1, "flood", 100);
  ask(2, "modest", 100);
  REQUIRE(told.size() == 2);
  for (std::uint64_t i = 0; i < bounds::budget_queue_max; ++i)
    ask(10 + i, "flood", 1);
  REQUIRE(told.size() == 2);
  ask(9'000, "modest", 1);
  w.world.advance(1ms);
  REQUIRE(told.size() == 3);
  CHECK_FALSE(told.at(10 + bounds::budget_queue_max - 1));
  CHECK(w.world.ask<budget_status>(w.budget, get_budget_status{}).waiting
        == bounds::budget_queue_max);
}

TEST_CASE("a new day opens a new account") {
  budget_world w{nano_usd{100}};
  w.reserve(1, 100);
  w.world.self()->send(w.budget, settle_spend{{1}, nano_usd{100}});
  w.world.settle();
  CHECK_FALSE(w.reserve(2, 1).reserved);
  w.world.advance(12h);
  CHECK(w.reserve(3, 100).reserved);
}

namespace {

/// Makes one call after another, each reserved, made and settled, until the budget says no.
struct agent_state {
  budget_actor budget;
  virtual_system* world = nullptr;
  std::minstd_rand random;
  std::uint64_t next_id = 0;
  std::int64_t* spent = nullptr;

  void call(caf::stateful_actor<agent_state>* self) {
    const auto most = static_cast<std::int64_t>(10'000'000 + random() % 20'000'000);
    const auto actual = most / 4 + static_cast<std::int64_t>(random() % (most / 2));
    const reservation_id id{next_id++};
    reserve_spend wish{id, {}, nano_usd{most}};
    wish.wait_until = world->wall()(world->now()) + 1h;
    self->request(budget, caf::infinite, wish).then([=, this](const spend_reply& r) {
      if (!r.decision.reserved)
        return self->quit();
      world->schedule(std::chrono::milliseconds{500 + random() % 5000}, [=, this] {
        *spent += actual;
        world->self()->send(budget, settle_spend{id, nano_usd{actual}});
        world->self()->send(self, wake_due{});
      });
    });
  }
};

caf::behavior agent(caf::stateful_actor<agent_state>* self) {
  return {[self](wake_due) { self->state.call(self); }};
}

} // namespace

TEST_CASE("a thousand agents at once spend a budget of ten dollars to the last call and never more") {
  virtual_system world{7};
  const nano_usd limit{10 * nano_usd_per_usd};
  actors::budget_options options;
  options.rules = {
      {"global", "", money::period::total, limit, money::exhausted_policy::wait}};
  options.wall = world.wall();
  const budget_actor budget = world.system().spawn(actors::budget, std::move(options));
  std::int64_t spent = 0;
  std::vector<caf::actor> agents;
  for (std::uint64_t n = 0; n < 1'000; ++n) {
    agents.push_back(world.system().spawn(agent));
    auto& state = caf::actor_cast<caf::stateful_actor<agent_state>*>(agents.back())->state;
    state.budget = budget;
    state.world = &world;
    state.random.seed(static_cast<std::minstd_rand::result_type>(n + 1));
    state.next_id = 1 + n * 1'000'000;
    state.spent = &spent;
    world.self()->send(agents.back(), wake_due{});
  }
  const auto account = [&] {
    return world.ask<budget_status>(budget, get_budget_status{}).accounts.at(0);
  };
  const mono_time end = world.now() + 30min;
  while (world.now() < end) {
    world.advance(500ms);
    const auto now = account();
    REQUIRE(now.spent + now.reserved <= limit);
  }
  const auto last = account();
  CHECK(last.spent.value() == spent);
  CHECK(last.reserved == nano_usd{0});
  // No call of any agent fits any more: less than one call's worst case is left.
  CHECK(last.spent.value() <= limit.value());
  CHECK(last.spent.value() >= limit.value() * 995 / 1000);
  for (const caf::actor& a : agents)
    world.self()->send_exit(a, caf::exit_reason::user_shutdown);
  world.settle();
  world.self()->send_exit(budget, caf::exit_reason::user_shutdown);
  world.settle();
}
