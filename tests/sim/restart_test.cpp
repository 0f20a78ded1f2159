#include "tests/sim/sim_fleet.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::tests;

namespace {

constexpr std::uint64_t seeds = 60;

void check_run(std::uint64_t seed) {
  sim_plan plan = draw_plan(seed);
  plan.journal = true;
  plan.kill_limiters = false;
  plan.crashes = 1 + static_cast<int>(seed % 4);
  INFO("seed " << seed << ", crashes " << plan.crashes << ", window "
               << static_cast<int>(plan.window) << ", fault rules " << plan.faults.size());
  sim_fleet fleet{plan};
  REQUIRE(fleet.run());

  // The windows the provider enforces do not know that we were born again.
  CHECK(fleet.provider().refused_by_limits() == 0);
  CHECK(fleet.overshoot() <= nano_usd{0});

  CHECK(fleet.flush().pending == 0);
  const storage::verification ledger = fleet.ledger();
  CHECK(ledger.orphans == 0);
  CHECK(ledger.unsettled == 0);
  const budget_status budget = fleet.budget();
  CHECK(budget.open_reservations == 0);
  CHECK(budget.accounts.at(0).spent.value() == ledger.spent.value());
  CHECK(fleet.costs().sum.cost == ledger.spent);
  CHECK(fleet.traces().refused == 0);

  std::size_t arrived = 0;
  for (const auto& [model, seen] : fleet.provider().models)
    arrived += seen.requests;
  CHECK(ledger.intents >= arrived);
  CHECK(fleet.traces().generations >= arrived);
}

} // namespace

TEST_CASE(
    "a runtime that dies and starts again, whenever that is, breaks no cap and loses nothing") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed)
    check_run(seed);
}
