#include "core/alerts/rule_engine.hpp"
#include "core/bounds.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace spillway;
using namespace spillway::alerts;
using namespace std::chrono_literals;

namespace {

const wall_time start = wall_time_from_unix_nanos(1'795'478'400LL * 1'000'000'000);
constexpr nano_usd cent{nano_usd_per_usd / 100};

struct watched {
  rule_engine engine{{}};
  std::vector<notice> told;

  void until(wall_time now) {
    for (notice& n : engine.take_notices(now))
      told.push_back(std::move(n));
  }
  int times(const std::string& rule, notice_kind kind = notice_kind::trigger) const {
    return static_cast<int>(std::ranges::count_if(
        told, [&](const notice& n) { return n.what.key.rule == rule && n.kind == kind; }));
  }
};

money::ledger day_ledger(std::int64_t dollars) {
  money::ledger l{{{"global", {}, money::period::day, nano_usd{dollars * nano_usd_per_usd}}},
                  "UTC"};
  l.watch_levels({50, 80, 95, 100});
  return l;
}

} // namespace

TEST_CASE("budgets of less than a cent are told exactly") {
  const auto told = [](std::int64_t limit, std::int64_t reserved) {
    watched w;
    money::level_crossing c;
    c.account.account = "key bot day";
    c.account.limit = nano_usd{limit};
    c.account.reserved = nano_usd{reserved};
    w.engine.record_crossing(c, start);
    w.until(start + 1h);
    REQUIRE(w.told.size() == 1);
    return w.told[0].what.text;
  };
  CHECK(told(10'000, 6'500).find("$0.0000065 of $0.00001 are spent") != std::string::npos);
  CHECK(told(5'000'000'000, 4'996'000'000).find("$5.00 of $5.00 are") != std::string::npos);
}

TEST_CASE("each level of a budget is told once a period, and again in the next one") {
  watched w;
  money::ledger l = day_ledger(10);
  std::uint64_t id = 0;
  for (int day = 0; day < 2; ++day)
    for (int m = 0; m < 24 * 60; ++m) {
      const wall_time now = start + day * 24h + m * 1min;
      const reservation_id r{++id};
      // Reserved at a tenth of a dollar, settled at a cent: the use goes up and down all the time.
      if (l.reserve(r, {}, nano_usd{10 * cent.value()}, now).reserved) {
        for (const auto& c : l.take_crossings())
          w.engine.record_crossing(c, now);
        l.settle(r, cent);
      }
      for (const auto& c : l.take_crossings())
        w.engine.record_crossing(c, now);
      w.engine.record_accounts(l.status(now), now);
      w.until(now);
    }
  std::vector<std::string> levels;
  for (const notice& n : w.told)
    if (n.kind == notice_kind::trigger && n.what.key.rule == "budget_used")
      levels.push_back(n.what.key.subject + " " + n.what.key.period);
  CHECK(levels.size() == 8);
  std::ranges::sort(levels);
  CHECK(std::ranges::adjacent_find(levels) == levels.end());
  CHECK(w.times("budget_refuses") == 2);
}

TEST_CASE("a level that a reservation reached and gave back is told to be over") {
  watched w;
  money::ledger l = day_ledger(10);
  l.reserve({1}, {}, nano_usd{9 * nano_usd_per_usd}, start);
  for (const auto& c : l.take_crossings())
    w.engine.record_crossing(c, start);
  w.until(start);
  CHECK(w.times("budget_used") == 1);
  l.release({1});
  for (int m = 1; m < 20; ++m) {
    w.engine.record_accounts(l.status(start + m * 1min), start + m * 1min);
    w.until(start + m * 1min);
  }
  CHECK(w.times("budget_used", notice_kind::resolve) == 1);
  l.reserve({2}, {}, nano_usd{9 * nano_usd_per_usd}, start + 1h);
  CHECK(l.take_crossings().empty());
}

TEST_CASE("a refused call is told with what is left") {
  money::ledger l = day_ledger(1);
  CHECK_FALSE(l.reserve({1}, {}, nano_usd{2 * nano_usd_per_usd}, start).reserved);
  CHECK_FALSE(l.reserve({2}, {}, nano_usd{2 * nano_usd_per_usd}, start).reserved);
  const auto crossings = l.take_crossings();
  REQUIRE(crossings.size() == 1);
  CHECK(crossings[0].percent == 0);
}

TEST_CASE("a rule of the largest budget there is has levels too") {
  money::ledger l{{{"global", {}, money::period::total, nano_usd{bounds::budget_nano_usd_max}}},
                  "UTC"};
  l.watch_levels({50, 100});
  l.reserve({1}, {}, nano_usd{bounds::budget_nano_usd_max / 2}, start);
  REQUIRE(l.take_crossings().size() == 1);
  l.reserve({2}, {}, nano_usd{bounds::budget_nano_usd_max / 2}, start);
  const auto full = l.take_crossings();
  REQUIRE(full.size() == 1);
  CHECK(full[0].percent == 100);
}

TEST_CASE("a failing model is told, its neighbour is not, and the end is told") {
  watched w;
  for (int m = 0; m < 60; ++m) {
    const wall_time now = start + m * 1min;
    for (int i = 0; i < 30; ++i) {
      const auto bad = m >= 10 && m < 20 ? call_result::failed : call_result::answered;
      w.engine.record_call({"gpt-4o", {}, bad, 0s, cent}, now + i * 2s);
      w.engine.record_call({"gemini", {}, call_result::answered, 0s, cent}, now + i * 2s);
    }
    w.until(now + 1min);
  }
  CHECK(w.times("error_rate") == 1);
  CHECK(w.times("error_rate", notice_kind::resolve) == 1);
  REQUIRE_FALSE(w.told.empty());
  CHECK(w.told[0].what.key.subject == "model gpt-4o");
  CHECK(w.told[0].at <= start + 12min);
}

TEST_CASE("there is nothing to watch before the first call and hours after the last one") {
  watched w;
  CHECK_FALSE(w.engine.due(start));
  w.engine.record_call({"gpt-4o", {}, call_result::answered, 0s, cent}, start);
  CHECK(w.engine.due(start) == start + 1min);
  w.until(start + 3h);
  CHECK_FALSE(w.engine.due(start + 3h));
}

TEST_CASE("an hour above the absolute bound is told from the first hour on") {
  watched w;
  w.engine = rule_engine{{.hourly_spend_max = nano_usd{5 * nano_usd_per_usd}}};
  for (int m = 0; m < 120; ++m) {
    w.engine.record_call({"gpt-4o", {}, call_result::answered, 0s, nano_usd{10 * cent.value()}},
                         start + m * 1min);
    w.until(start + m * 1min);
  }
  CHECK(w.times("hourly_spend") == 1);
  CHECK(w.told[0].what.text.find("two weeks") != std::string::npos);
}

TEST_CASE("a surge is found by a history that a former run left") {
  watched w;
  std::vector<money::restored_posting> spent;
  for (std::size_t h = 3 * spend_anomaly::week; h > 0; --h)
    spent.push_back({{h},
                     {{"team", "search"}},
                     start - static_cast<int>(h) * 1h,
                     nano_usd{2 * nano_usd_per_usd},
                     true,
                     {"gpt-4o"}});
  w.engine.restore_spending(spent, start);
  w.engine.record_call({"gpt-4o", {}, call_result::answered, 0s, nano_usd{40 * nano_usd_per_usd}},
                       start + 5min);
  w.until(start + 1h);
  CHECK(w.times("spend_surge") == 2); // of all calls and of the model; the call had no team
  CHECK(w.told[0].what.text.find("$40.00 in an hour") != std::string::npos);
}

TEST_CASE("traces that nobody takes are told after five minutes, slow ones are not") {
  watched w;
  for (int m = 0; m < 60; ++m) {
    const wall_time now = start + m * 1min;
    w.engine.record_traces(10, static_cast<std::size_t>(m), now);
    w.until(now);
  }
  CHECK(w.told.empty());
  for (int m = 60; m < 80; ++m) {
    w.engine.record_traces(10 + static_cast<std::size_t>(m), 60, start + m * 1min);
    w.until(start + m * 1min);
  }
  CHECK(w.times("trace_lag") == 1);
  for (int m = 80; m < 100; ++m) {
    w.engine.record_traces(0, 200, start + m * 1min);
    w.until(start + m * 1min);
  }
  CHECK(w.times("trace_lag", notice_kind::resolve) == 1);
}

TEST_CASE("ten thousand models and teams are watched within the bound") {
  rule_engine engine{{}};
  for (int i = 0; i < 10'000; ++i)
    engine.record_call(
        {"m" + std::to_string(i), "t" + std::to_string(i), call_result::answered, 0s, cent}, start);
  CHECK(engine.take_notices(start + 2h).empty());
}
