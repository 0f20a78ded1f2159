#include "core/bounds.hpp"
#include "core/report/trace_queue.hpp"
#include "core/report/usage_report.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <numeric>
#include <set>
#include <vector>

using namespace spillway;
using namespace spillway::report;
using namespace std::chrono_literals;

namespace {

const mono_time start{1h};

trace_queue queue_of(std::size_t flush_at = 4) {
  return trace_queue{{flush_at, 1s, flush_at, 7}};
}

} // namespace

TEST_CASE("an export is due by number or by time, and only one is out at a time") {
  trace_queue q = queue_of();
  CHECK_FALSE(q.due());
  q.note_waiting(1, start);
  CHECK(q.due() == start + 1s);
  q.note_waiting(4, start + 10ms);
  CHECK(q.due() <= start + 10ms);
  CHECK(q.begin() == 4);
  q.note_waiting(5, start + 20ms);
  CHECK_FALSE(q.due());
  q.acknowledge(4, start + 30ms);
  CHECK(q.due() == start + 1s + 30ms);
  CHECK(q.waiting() == 1);
}

TEST_CASE("what is not accepted comes again after a growing pause, never longer than a minute") {
  trace_queue q = queue_of();
  q.note_waiting(4, start);
  duration longest{};
  for (int i = 0; i < 12; ++i) {
    CHECK(q.begin() == 4);
    CHECK_FALSE(q.fail(export_failure::retry, 4, {}, start));
    REQUIRE(q.due());
    longest = std::max(longest, *q.due() - start);
    CHECK(*q.due() - start <= 60s);
  }
  CHECK(longest >= 20s);
  q.begin();
  q.fail(export_failure::retry, 4, duration{5min}, start);
  CHECK(*q.due() >= start + 5min);
  q.begin();
  q.fail(export_failure::retry, 4, duration{48h}, start);
  CHECK(*q.due() <= start + bounds::retry_after_max);
}

TEST_CASE("a minute passes between two tries with keys that are refused") {
  trace_queue q = queue_of();
  q.note_waiting(4, start);
  q.begin();
  CHECK_FALSE(q.fail(export_failure::no_access, 4, {}, start));
  CHECK(q.due() == start + 1min);
}

TEST_CASE("one malformed trace is found by halving, and only it is given up") {
  trace_queue q = queue_of(16);
  std::vector<int> spool(16);
  std::iota(spool.begin(), spool.end(), 1);
  std::multiset<int> delivered;
  std::vector<int> given_up;
  int exports = 0;
  for (q.note_waiting(spool.size(), start); !spool.empty() && exports < 100; ++exports) {
    REQUIRE(q.due());
    CHECK(*q.due() <= start);
    const std::size_t count = std::min(q.begin(), spool.size());
    const auto end = spool.begin() + static_cast<std::ptrdiff_t>(count);
    if (std::find(spool.begin(), end, 11) == end) {
      delivered.insert(spool.begin(), end);
      spool.erase(spool.begin(), end);
      q.acknowledge(count, start);
      q.hurry();
    } else if (q.fail(export_failure::malformed, count, {}, start)) {
      given_up.push_back(spool.front());
      spool.erase(spool.begin());
      q.note_waiting(spool.size(), start);
    }
  }
  CHECK(given_up == std::vector{11});
  CHECK(delivered.size() == 15);
  CHECK(delivered.count(11) == 0);
}

TEST_CASE("a receiver that refuses everything is not fed with all there is") {
  trace_queue q = queue_of();
  q.note_waiting(1000, start);
  int given_up = 0;
  for (mono_time now = start; now < start + 10min; now = std::max(now, *q.due())) {
    const std::size_t count = q.begin();
    given_up += q.fail(export_failure::malformed, count, {}, now) ? 1 : 0;
    REQUIRE(q.due());
  }
  CHECK(given_up >= 10);
  CHECK(given_up <= 15);
}

TEST_CASE("a hurry ends when the spool turns out to be empty") {
  trace_queue q = queue_of();
  q.hurry();
  REQUIRE(q.due());
  q.begin();
  q.find_empty();
  CHECK_FALSE(q.due());
  CHECK_FALSE(q.hurried());
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
