#include "core/money/ledger.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace spillway;
using namespace spillway::money;
using namespace std::chrono_literals;

namespace {

const wall_time noon = wall_time_from_unix_nanos(1'795'521'600'000'000'000); // 2026-11-24T12:00Z

ledger daily(std::int64_t limit) {
  return ledger{{{"global", "", period::day, nano_usd{limit}}}, "UTC"};
}

} // namespace

TEST_CASE("of 64 calls at once against money for three, exactly three are admitted") {
  ledger l = daily(300);
  int admitted = 0;
  for (std::uint64_t i = 1; i <= 64; ++i)
    admitted += l.reserve({i}, {}, nano_usd{100}, noon).reserved;
  CHECK(admitted == 3);
  for (std::uint64_t i = 1; i <= 64; ++i)
    l.release({i});
  CHECK(l.open_reservations() == 0);
  CHECK(l.headroom({}, noon) == nano_usd{300});
}

TEST_CASE("a reservation is taken on every account or on none") {
  ledger l{{{"global", "", period::day, nano_usd{1000}},
            {"team", "", period::day, nano_usd{100}},
            {"team", "rich", period::month, nano_usd{5000}}},
           "UTC"};
  CHECK(l.reserve({1}, {{"team", "red"}}, nano_usd{80}, noon).reserved);
  const spend_decision refused = l.reserve({2}, {{"team", "red"}}, nano_usd{30}, noon);
  CHECK_FALSE(refused.reserved);
  CHECK(refused.account == "team red day 2026-11-24");
  CHECK(refused.headroom == nano_usd{20});
  CHECK(l.reserve({3}, {{"team", "blue"}}, nano_usd{100}, noon).reserved);
  CHECK(l.headroom({}, noon) == nano_usd{820});
}

TEST_CASE("only the first terminal message of a reservation counts") {
  ledger l = daily(100);
  l.reserve({1}, {}, nano_usd{50}, noon);
  CHECK(l.settle({1}, nano_usd{20}) == nano_usd{0});
  CHECK_FALSE(l.settle({1}, nano_usd{20}).has_value());
  CHECK_FALSE(l.release({1}));
  CHECK(l.status(noon).at(0).spent == nano_usd{20});
}

TEST_CASE("an overrun is posted in full and closes the account") {
  ledger l = daily(100);
  l.reserve({1}, {}, nano_usd{50}, noon);
  CHECK(l.settle({1}, nano_usd{130}) == nano_usd{80});
  CHECK(l.status(noon).at(0).spent == nano_usd{130});
  CHECK_FALSE(l.reserve({2}, {}, nano_usd{1}, noon).reserved);
  CHECK(l.reserve({3}, {}, nano_usd{0}, noon).reserved);
}

TEST_CASE("a reservation belongs to the day it began in") {
  ledger l = daily(100);
  l.reserve({1}, {}, nano_usd{80}, noon);
  CHECK(l.reserve({2}, {}, nano_usd{100}, noon + 12h).reserved);
  l.settle({1}, nano_usd{80});
  CHECK(l.status(noon + 12h).at(0).spent == nano_usd{0});
  CHECK(l.status(noon + 12h).at(0).reserved == nano_usd{100});
}

TEST_CASE("a day is as long as its zone says") {
  // 2026-11-01 has 25 hours in Los Angeles: it begins at 07:00Z and ends at 08:00Z a day later.
  const wall_time begin = wall_time_from_unix_nanos(1'793'516'400'000'000'000);
  ledger l{{{"global", "", period::day, nano_usd{100}}}, "America/Los_Angeles"};
  l.reserve({1}, {}, nano_usd{100}, begin);
  CHECK_FALSE(l.reserve({2}, {}, nano_usd{1}, begin + 24h + 59min).reserved);
  CHECK(l.reserve({3}, {}, nano_usd{1}, begin + 25h).reserved);
}

TEST_CASE("a restart counts what was spent in the current periods, and holds what is open") {
  ledger l{
      {{"global", "", period::day, nano_usd{100}}, {"global", "", period::month, nano_usd{1000}}},
      "UTC"};
  l.restore({{{1}, {}, noon - 1h, nano_usd{30}, true},
             {{2}, {}, noon - 2h, nano_usd{20}, false},
             {{3}, {}, noon - 48h, nano_usd{50}, true}},
            noon);
  const auto accounts = l.status(noon);
  CHECK(accounts.at(0).spent == nano_usd{30});
  CHECK(accounts.at(0).reserved == nano_usd{20});
  CHECK(accounts.at(1).spent == nano_usd{80});
  CHECK(l.settle({2}, nano_usd{5}) == nano_usd{0});
  CHECK(l.status(noon).at(0).spent == nano_usd{35});
}

TEST_CASE("whatever happens, what is spent and reserved stays within the limit") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    INFO("seed " << seed);
    std::minstd_rand random{static_cast<std::minstd_rand::result_type>(seed)};
    ledger l{{{"global", "", period::day, nano_usd{10'000}},
              {"session", "", period::total, nano_usd{3000}}},
             "UTC"};
    std::vector<std::pair<reservation_id, std::int64_t>> open;
    wall_time now = noon;
    for (std::uint64_t i = 1; i <= 2000; ++i) {
      now += std::chrono::seconds{random() % 120};
      const std::vector<scope_value> scopes{{"session", std::to_string(random() % 5)}};
      const auto amount = static_cast<std::int64_t>(random() % 900);
      if (l.reserve({i}, scopes, nano_usd{amount}, now).reserved)
        open.emplace_back(reservation_id{i}, amount);
      if (!open.empty() && random() % 2 == 0) {
        const auto [id, most] = open.back();
        open.pop_back();
        if (random() % 3 == 0)
          REQUIRE(l.release(id));
        else
          REQUIRE(l.settle(id, nano_usd{static_cast<std::int64_t>(
                                   random() % static_cast<std::uint64_t>(most + 1))}));
      }
      for (const account_status& a : l.status(now))
        REQUIRE(a.spent + a.reserved <= a.limit);
    }
    CHECK(l.open_reservations() == open.size());
  }
}
