#include "core/bounds.hpp"
#include "core/money/spend_queue.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::money;
using namespace std::chrono_literals;

namespace {

const wall_time noon = wall_time_from_unix_nanos(1'795'521'600'000'000'000); // 2026-11-24T12:00Z
const wall_time midnight = noon + 12h;

/// 100 a day, and a queue before it.
struct till {
  ledger l{{{"global", "", period::day, nano_usd{100}, exhausted_policy::wait}}, "UTC"};
  spend_queue queue;

  std::optional<spend_decision> ask(std::uint64_t id, std::int64_t amount, wall_time until,
                                    wall_time now = noon) {
    return queue.ask(l, {{id}, {}, nano_usd{amount}, nano_usd{amount}, until}, now);
  }
};

} // namespace

TEST_CASE("a call waits for the next period if that begins before its time is up") {
  till t;
  REQUIRE(t.ask(1, 100, noon)->reserved);
  t.l.settle({1}, nano_usd{100});
  const auto too_short = t.ask(2, 60, midnight - 1s);
  REQUIRE(too_short.has_value());
  CHECK_FALSE(too_short->reserved);
  CHECK(too_short->opens_at == midnight);
  CHECK_FALSE(t.ask(3, 60, midnight + 1h).has_value());
  CHECK(t.queue.due() == midnight);
  CHECK(t.queue.answer(t.l, midnight - 1s).empty());
  const auto answered = t.queue.answer(t.l, midnight);
  REQUIRE(answered.size() == 1);
  CHECK(answered[0].id == reservation_id{3});
  CHECK(answered[0].decision.reserved);
  CHECK(t.queue.due() == wall_time::max());
}

TEST_CASE("a call waits for what others may give back, first come, first served") {
  till t;
  REQUIRE(t.ask(1, 100, noon)->reserved);
  CHECK_FALSE(t.ask(2, 40, noon + 60s).has_value());
  CHECK_FALSE(t.ask(3, 40, noon + 60s).has_value());
  CHECK_FALSE(t.ask(4, 40, noon + 60s).has_value());
  t.l.settle({1}, nano_usd{10});
  const auto answered = t.queue.answer(t.l, noon + 1s);
  REQUIRE(answered.size() == 2);
  CHECK(answered[0].id == reservation_id{2});
  CHECK(answered[1].id == reservation_id{3});
  CHECK(t.queue.size() == 1);
  CHECK(t.queue.withdraw({4}));
  CHECK_FALSE(t.queue.withdraw({4}));
}

TEST_CASE("a call whose patience ends is refused with what it needs to know") {
  till t;
  REQUIRE(t.ask(1, 100, noon)->reserved);
  CHECK_FALSE(t.ask(2, 40, noon + 60s).has_value());
  CHECK(t.queue.due() == noon + 60s);
  const auto answered = t.queue.answer(t.l, noon + 60s);
  REQUIRE(answered.size() == 1);
  CHECK_FALSE(answered[0].decision.reserved);
  CHECK(answered[0].decision.account == "global day 2026-11-24");
}

TEST_CASE("what money is spent on since is no hope, nor is a call dearer than the whole limit") {
  till t;
  REQUIRE(t.ask(1, 100, noon)->reserved);
  CHECK_FALSE(t.ask(2, 40, noon + 60s).has_value());
  t.l.settle({1}, nano_usd{100});
  CHECK(t.queue.answer(t.l, noon + 1s).size() == 1);
  const auto never = t.ask(3, 101, midnight + 24h);
  REQUIRE(never.has_value());
  CHECK(never->opens_at == wall_time::max());
}

TEST_CASE("nobody waits unless every rule that is short of money lets him") {
  ledger l{{{"global", "", period::day, nano_usd{100}, exhausted_policy::wait},
            {"team", "", period::day, nano_usd{100}, exhausted_policy::refuse}},
           "UTC"};
  spend_queue queue;
  const std::vector<scope_value> red{{"team", "red"}};
  REQUIRE(queue.ask(l, {{1}, red, nano_usd{100}, nano_usd{100}, {}}, noon)->reserved);
  const auto no = queue.ask(l, {{2}, red, nano_usd{1}, nano_usd{1}, midnight + 1h}, noon);
  REQUIRE(no.has_value());
  CHECK(no->on_exhausted == exhausted_policy::refuse);
  CHECK_FALSE(queue.ask(l, {{3}, {}, nano_usd{1}, nano_usd{1}, midnight + 1h}, noon).has_value());
}

TEST_CASE("whoever waits for an empty account keeps nobody from waiting for another") {
  ledger l{{{"team", "", period::day, nano_usd{100}, exhausted_policy::wait}}, "UTC"};
  spend_queue queue;
  const auto ask = [&](std::uint64_t id, const char* team, std::int64_t amount) {
    return queue.ask(l, {{id}, {{"team", team}}, nano_usd{amount}, nano_usd{amount},
                         midnight + 1h}, noon);
  };
  REQUIRE(ask(1, "flood", 100)->reserved);
  REQUIRE(ask(2, "modest", 100)->reserved);
  l.settle({1}, nano_usd{100});
  const std::uint64_t most = bounds::budget_queue_max;
  for (std::uint64_t i = 0; i < most; ++i)
    REQUIRE_FALSE(ask(10 + i, "flood", 1).has_value());
  CHECK(ask(9'000, "flood", 1).has_value());
  CHECK(queue.due() == midnight);

  CHECK_FALSE(ask(9'001, "modest", 60).has_value());
  CHECK(queue.due() < noon);
  std::vector<late_answer> answered = queue.answer(l, noon);
  REQUIRE(answered.size() == 1);
  CHECK(answered[0].id == reservation_id{10 + most - 1}); // it has waited least
  CHECK_FALSE(answered[0].decision.reserved);
  CHECK(answered[0].decision.opens_at == midnight);

  l.settle({2}, nano_usd{40});
  answered = queue.answer(l, noon + 1s);
  REQUIRE(answered.size() == 1);
  CHECK(answered[0].id == reservation_id{9'001});
  CHECK(answered[0].decision.reserved);

  // Who gave way may leave before it is told.
  REQUIRE_FALSE(ask(9'002, "flood", 1).has_value());
  REQUIRE(ask(9'003, "third", 100)->reserved);
  REQUIRE_FALSE(ask(9'004, "third", 1).has_value());
  CHECK(queue.withdraw({9'002}));
  CHECK(queue.answer(l, noon + 1s).empty());
  CHECK(queue.size() == most);
}

TEST_CASE("the queue is bounded") {
  till t;
  REQUIRE(t.ask(1, 100, noon)->reserved);
  for (std::uint64_t i = 0; i < bounds::budget_queue_max; ++i)
    REQUIRE_FALSE(t.ask(i + 2, 1, midnight + 1h).has_value());
  CHECK(t.ask(bounds::budget_queue_max + 2, 1, midnight + 1h).has_value());
}
