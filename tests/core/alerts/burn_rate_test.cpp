#include "core/alerts/burn_rate.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <random>

using namespace spillway;
using namespace spillway::alerts;
using namespace std::chrono_literals;

namespace {

const wall_time midnight = wall_time_from_unix_nanos(1'795'478'400LL * 1'000'000'000);
constexpr nano_usd limit{100 * nano_usd_per_usd};

struct seen {
  std::optional<duration> began; ///< since midnight
  int changes = 0;
  bool holds = false;
};

/// Spends `per_minute(minute)` nano-dollars each minute for `minutes` of a day's budget.
seen spend(int minutes, const std::function<std::int64_t(int)>& per_minute, burn_rate rate = {}) {
  seen out;
  nano_usd spent;
  for (int m = 1; m <= minutes; ++m) {
    spent += nano_usd{per_minute(m)};
    const wall_time now = midnight + std::chrono::minutes{m};
    if (!rate.observe({spent, limit, midnight, midnight + 24h}, now))
      continue;
    ++out.changes;
    if (!out.began && rate.holds())
      out.began = now - midnight;
  }
  out.holds = rate.holds();
  return out;
}

constexpr std::int64_t even = 100 * nano_usd_per_usd / (24 * 60);

} // namespace

TEST_CASE("spending evenly below the budget never alarms") {
  std::mt19937_64 random{1};
  for (int run = 0; run < 50; ++run) {
    std::gamma_distribution<double> noise{2, 0.5};
    const seen s =
        spend(24 * 60, [&](int) { return static_cast<std::int64_t>(even * 0.6 * noise(random)); });
    CHECK(s.changes == 0);
  }
}

TEST_CASE("a pace that empties the day's budget is told hours before") {
  const seen s = spend(10 * 60, [](int) { return even * 2; });
  REQUIRE(s.began);
  CHECK(*s.began >= 1h);
  CHECK(*s.began <= 70min);
  CHECK(s.changes == 1);
}

TEST_CASE("a burst of minutes that the day can bear is no alarm") {
  const seen s = spend(24 * 60, [](int m) { return m > 600 && m < 620 ? even * 8 : even / 2; });
  CHECK(s.changes == 0);
}

TEST_CASE("an alarm ends when spending slows down") {
  const seen s = spend(16 * 60, [](int m) { return m < 300 ? even * 2 : even / 10; });
  CHECK(s.began);
  CHECK_FALSE(s.holds);
  CHECK(s.changes == 2);
}

TEST_CASE("the forecast looks to the end of the account's own period") {
  burn_rate day;
  burn_rate month;
  nano_usd spent;
  for (int m = 1; m <= 180; ++m) {
    spent += nano_usd{even / 4};
    const wall_time now = midnight + std::chrono::minutes{m};
    day.observe({spent, limit, midnight, midnight + 24h}, now);
    month.observe({spent, limit, midnight, midnight + 30 * 24h}, now);
  }
  CHECK_FALSE(day.holds());
  CHECK_FALSE(day.empty_at());
  CHECK(month.holds());
  REQUIRE(month.empty_at());
  CHECK(*month.empty_at() - midnight > 95h);
  CHECK(*month.empty_at() - midnight < 97h);
}

TEST_CASE("a new period begins with a clean slate") {
  burn_rate rate;
  for (int m = 1; m <= 300; ++m)
    rate.observe({nano_usd{even * 2 * m}, limit, midnight, midnight + 24h},
                 midnight + std::chrono::minutes{m});
  REQUIRE(rate.holds());
  for (int m = 1; m <= 30; ++m)
    rate.observe({nano_usd{even * m / 2}, limit, midnight + 24h, midnight + 48h},
                 midnight + 24h + std::chrono::minutes{m});
  CHECK_FALSE(rate.holds());
}

TEST_CASE("an account without an end or without money has no forecast") {
  burn_rate rate;
  for (int m = 1; m <= 600; ++m) {
    const wall_time now = midnight + std::chrono::minutes{m};
    CHECK_FALSE(
        rate.observe({nano_usd{even * 9 * m}, limit, wall_time::min(), wall_time::max()}, now));
    CHECK_FALSE(rate.observe({nano_usd{even * m}, nano_usd{0}, midnight, midnight + 24h}, now));
  }
}
