#include "core/bounds.hpp"
#include "core/report/generation.hpp"
#include "core/report/trace_queue.hpp"
#include "core/report/usage_report.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace spillway;
using namespace spillway::report;
using namespace std::chrono_literals;

namespace {

const mono_time start{1h};

trace_queue::item item(int number) {
  auto g = std::make_shared<generation>();
  g->attempt = number;
  return g;
}

trace_queue queue_of(std::size_t flush_at = 4) {
  return trace_queue{{flush_at, 1s, flush_at, 7}};
}

} // namespace

TEST_CASE("an export is due by number or by time, and only one is out at a time") {
  trace_queue q = queue_of();
  CHECK_FALSE(q.due());
  q.push(item(1), start);
  CHECK(q.due() == start + 1s);
  for (int i = 2; i <= 4; ++i)
    q.push(item(i), start);
  CHECK(q.due() <= start);
  CHECK(q.take_batch().size() == 4);
  q.push(item(5), start);
  CHECK_FALSE(q.due());
  q.acknowledge(start);
  CHECK(q.due() == start + 1s);
  CHECK(q.delivered() == 4);
  CHECK(q.pending() == 1);
}

TEST_CASE(
    "what is not accepted comes again, the same items in the same order, after a growing pause") {
  trace_queue q = queue_of();
  for (int i = 1; i <= 4; ++i)
    q.push(item(i), start);
  const auto first = q.take_batch();
  duration longest{};
  for (int i = 0; i < 12; ++i) {
    q.fail(export_failure::retry, {}, start);
    REQUIRE(q.due());
    longest = std::max(longest, *q.due() - start);
    CHECK(*q.due() - start <= 60s);
    CHECK(q.take_batch() == first);
  }
  CHECK(longest >= 20s);
  q.fail(export_failure::retry, duration{5min}, start);
  CHECK(*q.due() >= start + 5min);
}

TEST_CASE("one malformed item is found by halving, and only it is lost") {
  trace_queue q = queue_of(16);
  for (int i = 1; i <= 16; ++i)
    q.push(item(i), start);
  std::multiset<int> delivered;
  int exports = 0;
  while (q.pending() > 0 && exports < 100) {
    REQUIRE(q.due());
    const auto batch = q.take_batch();
    ++exports;
    bool poisoned = false;
    for (const auto& g : batch)
      poisoned = poisoned || g->attempt == 11;
    if (poisoned) {
      q.fail(export_failure::malformed, {}, start);
      continue;
    }
    for (const auto& g : batch)
      delivered.insert(g->attempt);
    q.acknowledge(start);
  }
  CHECK(q.pending() == 0);
  CHECK(q.dead() == 1);
  CHECK(q.delivered() == 15);
  CHECK(delivered.size() == 15);
  CHECK(delivered.count(11) == 0);
}

TEST_CASE("a full queue drops its oldest and counts it") {
  trace_queue q = queue_of();
  for (std::size_t i = 0; i < bounds::trace_queue_max; ++i)
    REQUIRE(q.push(item(static_cast<int>(i)), start));
  CHECK_FALSE(q.push(item(-1), start));
  CHECK(q.pending() == bounds::trace_queue_max);
  CHECK(q.dead() == 1);
  CHECK(q.take_batch().front()->attempt == 1);
}

TEST_CASE("the usage report counts calls, waits and where a fallback went") {
  usage_report r;
  token_usage usage;
  usage.input = token_count{100};
  usage.output = token_count{10};
  r.record({completion_status::answered,
            {{{"a"}, failure_kind::rate_limited, {}, {}}, {{"b"}, {}, usage, nano_usd{5}}},
            {"a"},
            {"b"},
            3s});
  r.record({completion_status::over_budget, {}, {"a"}, {}, {}});
  CHECK(r.requests == 2);
  CHECK(r.answered == 1);
  CHECK(r.waits == 1);
  CHECK(r.waited == 3s);
  CHECK(r.fallbacks == 1);
  CHECK(r.rate_limited == 1);
  CHECK(r.cost == nano_usd{5});
  CHECK(r.by_model.at({"a"}).fell_back_from == 1);
  CHECK(r.by_model.at({"a"}).failed == 1);
  CHECK(r.by_model.at({"b"}).fell_back_to == 1);
  CHECK(r.by_model.at({"b"}).input == token_count{100});
  CHECK(r.by_status.at(completion_status::over_budget) == 1);
}
