#include "tests/sim/sim_fleet.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>

using namespace spillway;
using namespace spillway::tests;

namespace {

constexpr std::uint64_t seeds_by_default = 200;

/// SPILLWAY_SIM_SEEDS runs more; SPILLWAY_SIM_SEED runs one again.
std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

void check_run(std::uint64_t seed) {
  const sim_plan plan = draw_plan(seed);
  INFO("journal " << plan.journal << ", limiters killed " << plan.kill_limiters << ", window "
                  << static_cast<int>(plan.window) << ", fault rules " << plan.faults.size());
  INFO("seed " << seed << " (SPILLWAY_SIM_SEED=" << seed << " runs it alone)");
  sim_fleet fleet{plan};
  REQUIRE(fleet.run());

  std::size_t calls = 0;
  nano_usd billed;
  for (const auto& [number, replies] : fleet.replies()) {
    INFO("request " << number);
    REQUIRE(replies.size() == 1);
    CHECK((replies[0].reply != nullptr) == (replies[0].status == completion_status::answered));
    calls += replies[0].attempts.size();
    for (const report::call_record& call : replies[0].attempts)
      billed += call.cost;
  }
  CHECK(fleet.provider().refused_by_limits() == 0);
  CHECK(fleet.overshoot() <= nano_usd{0});

  const trace_status traces = fleet.flush();
  CHECK(traces.delivered == calls);
  CHECK(fleet.traces().generations >= calls);
  CHECK(fleet.traces().refused == 0);

  const budget_status budget = fleet.budget();
  CHECK(budget.open_reservations == 0);
  CHECK(budget.waiting == 0);
  CHECK(budget.accounts.at(0).spent.value() == billed.value());
  CHECK(budget.accounts.at(0).reserved == nano_usd{0});
  CHECK(fleet.costs().sum.cost == billed);
  if (const auto journaled = fleet.journaled())
    CHECK(journaled->value() == billed.value());
  CHECK(fleet.router().in_flight == 0);
  CHECK(fleet.open_http_calls() == 0);
  for (const limiter_status& l : fleet.limiters()) {
    INFO(l.model.value);
    CHECK(l.in_flight == 0);
    CHECK(l.waiting == 0);
  }
}

} // namespace

TEST_CASE("whatever the order of messages, faults and accidents: one answer each, no cap broken, "
          "nothing leaked") {
  const std::uint64_t one = number_from("SPILLWAY_SIM_SEED", 0);
  if (one != 0)
    return check_run(one);
  const std::uint64_t seeds = number_from("SPILLWAY_SIM_SEEDS", seeds_by_default);
  for (std::uint64_t seed = 1; seed <= seeds; ++seed)
    check_run(seed);
}

TEST_CASE("the same seed gives the same run") {
  const auto statuses = [](std::uint64_t seed) {
    sim_fleet fleet{draw_plan(seed)};
    REQUIRE(fleet.run());
    std::vector<std::pair<completion_status, std::int64_t>> out;
    for (const auto& [number, replies] : fleet.replies())
      out.emplace_back(replies[0].status, replies[0].elapsed.count());
    return out;
  };
  CHECK(statuses(11) == statuses(11));
  CHECK(statuses(11) != statuses(12));
}

TEST_CASE("a model that counts prompts and replies apart is kept within both") {
  for (const auto window : {simulator::window_kind::sliding, simulator::window_kind::token_bucket,
                            simulator::window_kind::calendar}) {
    INFO("window " << static_cast<int>(window));
    sim_plan plan;
    plan.target = "claude-haiku-4-5";
    plan.window = window;
    plan.requests = 120;
    plan.budget = nano_usd{1'000'000'000'000};
    sim_fleet fleet{plan};
    REQUIRE(fleet.run());
    const simulator::provider_statistics seen = fleet.provider();
    CHECK(seen.refused_by_limits() == 0);
    const simulator::model_statistics& claude = seen.models.at("claude-haiku-4-5");
    CHECK(claude.answered >= 20);
    CHECK(claude.most_input_in_minute <= 4'000);
    CHECK(claude.most_input_in_minute > 1'500);
    CHECK(claude.most_output_in_minute <= 3'000);
    CHECK(claude.most_output_in_minute > 300);
  }
}
