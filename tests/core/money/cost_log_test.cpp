#include "core/bounds.hpp"
#include "core/money/cost_log.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::money;
using namespace std::chrono_literals;

namespace {

const wall_time noon = wall_time_from_unix_nanos(1'795'521'600'000'000'000); // 2026-11-24T12:00Z
const model_id big{"big"};
const model_id tiny{"tiny"};

cost_sum sum(std::int64_t nano, std::uint64_t calls) {
  return {nano_usd{nano}, calls};
}

/// Three calls: two models, two teams, two hours, overlapping tags.
cost_log three_calls() {
  cost_log log{"UTC"};
  log.add(big, {{"team", "red"}, {"tag", "a"}, {"tag", "b"}}, nano_usd{100}, noon);
  log.add(big, {{"team", "blue"}, {"tag", "b"}}, nano_usd{20}, noon + 59min);
  log.add(tiny, {{"team", "red"}, {"session", "s"}}, nano_usd{3}, noon + 1h);
  return log;
}

} // namespace

TEST_CASE("costs add up by model, scope and hour, and over all") {
  const cost_log log = three_calls();
  CHECK(log.total({}) == sum(123, 3));
  CHECK(log.total({big, {}, {}}) == sum(120, 2));
  CHECK(log.total({{}, scope_value{"team", "red"}, {}}) == sum(103, 2));
  CHECK(log.total({tiny, scope_value{"team", "red"}, {}}) == sum(3, 1));
  CHECK(log.total({tiny, scope_value{"team", "blue"}, {}}) == sum(0, 0));
  CHECK(log.breakdown(cost_dimension::model, {})
        == std::vector<cost_line>{{"big", sum(120, 2)}, {"tiny", sum(3, 1)}});
  CHECK(log.breakdown(cost_dimension::tag, {})
        == std::vector<cost_line>{{"a", sum(100, 1)}, {"b", sum(120, 2)}});
  CHECK(log.breakdown(cost_dimension::team, {big, {}, {}})
        == std::vector<cost_line>{{"blue", sum(20, 1)}, {"red", sum(100, 1)}});
  CHECK(log.breakdown(cost_dimension::session, {}) == std::vector<cost_line>{{"s", sum(3, 1)}});
  CHECK(log.breakdown(cost_dimension::hour, {})
        == std::vector<cost_line>{{"2026-11-24T12:00:00+00:00", sum(120, 2)},
                                  {"2026-11-24T13:00:00+00:00", sum(3, 1)}});
}

TEST_CASE("a span takes the hours that begin within it") {
  const cost_log log = three_calls();
  CHECK(log.total({{}, {}, {noon, noon + 1h}}) == sum(120, 2));
  CHECK(log.total({{}, {}, {noon + 1h, noon + 2h}}) == sum(3, 1));
  CHECK(log.total({{}, {}, {noon + 2h, noon + 3h}}) == sum(0, 0));
}

TEST_CASE("a call counts in the hour it was reserved in, at what it cost, once") {
  cost_log log{"UTC"};
  log.open({1}, big, {}, noon);
  log.open({2}, big, {}, noon);
  CHECK(log.total({}) == sum(0, 0));
  log.close({1}, nano_usd{7});
  log.close({1}, nano_usd{7});
  log.close({2}, nano_usd{0});
  log.close({3}, nano_usd{9});
  CHECK(log.total({}) == sum(7, 1));
}

TEST_CASE("a log knows what it does not know") {
  cost_log log{"UTC"};
  CHECK(log.is_complete({}));
  log.restore({{{1}, {{"team", "red"}}, noon - 1h, nano_usd{5}, true, big},
               {{2}, {}, noon - 1h, nano_usd{9}, false, big}},
              noon - 25h);
  CHECK(log.total({big, scope_value{"team", "red"}, {}}) == sum(5, 1));
  CHECK(log.total({}) == sum(5, 1));
  CHECK(log.is_complete(log.running(period::day, noon)));
  CHECK_FALSE(log.is_complete(log.running(period::month, noon)));
  CHECK_FALSE(log.is_complete(log.running(period::total, noon)));
}

TEST_CASE("a call that waited counts in the hour it began") {
  cost_log log{"UTC"};
  log.open({1}, big, {}, noon);
  log.begin_now({1}, noon + 1h);
  log.close({1}, nano_usd{5});
  CHECK(log.total({{}, {}, {noon + 1h, noon + 2h}}) == sum(5, 1));
}

TEST_CASE("a repeated tag counts once") {
  cost_log log{"UTC"};
  log.add(big, {{"tag", "a"}, {"tag", "a"}}, nano_usd{5}, noon);
  CHECK(log.breakdown(cost_dimension::tag, {}) == std::vector<cost_line>{{"a", sum(5, 1)}});
}

TEST_CASE("hours are those of the zone, also where it is off by half an hour") {
  cost_log log{"Asia/Kolkata"};
  log.add(big, {}, nano_usd{1}, noon + 29min);
  log.add(big, {}, nano_usd{1}, noon + 30min);
  CHECK(log.breakdown(cost_dimension::hour, {})
        == std::vector<cost_line>{{"2026-11-24T17:00:00+05:30", sum(1, 1)},
                                  {"2026-11-24T18:00:00+05:30", sum(1, 1)}});
}

TEST_CASE("the hour that clocks repeat is two") {
  // 2026-11-01 in Los Angeles: 01:30 comes twice, 08:30Z and 09:30Z.
  const wall_time first = wall_time_from_unix_nanos(1'793'521'800'000'000'000);
  cost_log log{"America/Los_Angeles"};
  log.add(big, {}, nano_usd{1}, first);
  log.add(big, {}, nano_usd{2}, first + 1h);
  CHECK(log.breakdown(cost_dimension::hour, {})
        == std::vector<cost_line>{{"2026-11-01T01:00:00-07:00", sum(1, 1)},
                                  {"2026-11-01T01:00:00-08:00", sum(2, 1)}});
}

TEST_CASE("the log is bounded: the oldest hours go first, and it says what it still knows") {
  cost_log log{"UTC"};
  const std::size_t calls = bounds::cost_log_rows_max / 4;
  for (std::size_t i = 0; i < 5 * calls; ++i)
    log.add(big, {{"session", std::to_string(i)}}, nano_usd{1},
            noon + std::chrono::hours{static_cast<std::int64_t>(i / calls)});
  CHECK(log.rows() <= bounds::cost_log_rows_max);
  CHECK(log.complete_from() == noon + 2h);
  CHECK(log.total({}) == sum(static_cast<std::int64_t>(3 * calls), 3 * calls));
  log.add(big, {}, nano_usd{1}, noon);
  CHECK(log.total({}) == sum(static_cast<std::int64_t>(3 * calls), 3 * calls));
}

TEST_CASE("an hour with more names than there is room for keeps its sums") {
  cost_log log{"UTC"};
  const std::size_t calls = bounds::cost_log_rows_max + 100;
  for (std::size_t i = 0; i < calls; ++i)
    log.add(big, {{"session", std::to_string(i)}}, nano_usd{1}, noon);
  CHECK(log.rows() <= bounds::cost_log_rows_max + 1);
  CHECK(log.total({}) == sum(static_cast<std::int64_t>(calls), calls));
  CHECK(log.total({{}, scope_value{"session", "(others)"}, {}}).calls > 100);
}
