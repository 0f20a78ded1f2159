#include "actors/budget.hpp"
#include "tests/support/alert_record.hpp"
#include "tests/support/virtual_system.hpp"

#include <caf/event_based_actor.hpp>
#include <catch2/catch.hpp>

using namespace spillway;
using namespace std::chrono_literals;
using tests::virtual_system;

namespace {

struct budget_world {
  virtual_system world;
  tests::alert_record alerts;
  alert_sink_actor sink;
  budget_actor budget;

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

TEST_CASE("a new day opens a new account") {
  budget_world w{nano_usd{100}};
  w.reserve(1, 100);
  w.world.self()->send(w.budget, settle_spend{{1}, nano_usd{100}});
  w.world.settle();
  CHECK_FALSE(w.reserve(2, 1).reserved);
  w.world.advance(12h);
  CHECK(w.reserve(3, 100).reserved);
}
