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

TEST_CASE("in every scope, and for names never seen, 64 calls at once find money for three") {
  for (const std::string scope : {"team", "user", "key", "tag", "session", "run"}) {
    ledger l{{{scope, "", period::total, nano_usd{300}}}, "UTC"};
    for (const std::string name : {"first", "second"}) {
      int admitted = 0;
      for (std::uint64_t i = 1; i <= 64; ++i)
        admitted +=
            l.reserve({i * 2 + (name == "second")}, {{scope, name}}, nano_usd{100}, noon).reserved;
      INFO(scope << " " << name);
      CHECK(admitted == 3);
    }
  }
}

TEST_CASE("a call with several tags is charged to each of them, to a repeated one once") {
  ledger l{{{"tag", "", period::day, nano_usd{100}}}, "UTC"};
  const std::vector<scope_value> tags{{"tag", "a"}, {"tag", "b"}, {"tag", "a"}};
  CHECK(l.reserve({1}, tags, nano_usd{60}, noon).reserved);
  CHECK(l.headroom({{"tag", "a"}}, noon) == nano_usd{40});
  CHECK(l.headroom({{"tag", "b"}}, noon) == nano_usd{40});
  CHECK_FALSE(l.reserve({2}, {{"tag", "c"}, {"tag", "b"}}, nano_usd{50}, noon).reserved);
  CHECK(l.headroom({{"tag", "c"}}, noon) == nano_usd{100});
}

TEST_CASE("a call that can shrink takes what there is, but nothing below its least") {
  ledger l = daily(100);
  CHECK(l.reserve({{1}, {}, nano_usd{70}, nano_usd{10}}, noon).amount == nano_usd{70});
  const spend_decision shrunk = l.reserve({{2}, {}, nano_usd{70}, nano_usd{10}}, noon);
  CHECK(shrunk.reserved);
  CHECK(shrunk.amount == nano_usd{30});
  CHECK(shrunk.headroom == nano_usd{0});
  CHECK_FALSE(l.reserve({{3}, {}, nano_usd{70}, nano_usd{1}}, noon).reserved);
  l.release({2});
  CHECK_FALSE(l.reserve({{4}, {}, nano_usd{70}, nano_usd{31}}, noon).reserved);
}

TEST_CASE("a refusal names the tightest account and when all that refused have begun afresh") {
  ledger l{{{"global", "", period::day, nano_usd{100}},
            {"global", "", period::month, nano_usd{90}, exhausted_policy::wait},
            {"team", "", period::total, nano_usd{500}}},
           "UTC"};
  l.reserve({1}, {}, nano_usd{85}, noon);
  const spend_decision no = l.reserve({2}, {{"team", "red"}}, nano_usd{50}, noon);
  CHECK(no.account == "global month 2026-11");
  CHECK(no.headroom == nano_usd{5});
  CHECK(no.opens_at == noon + 12h + 24h * 6);
  CHECK(no.on_exhausted == exhausted_policy::wait);
  CHECK(no.held_up);
  l.settle({1}, nano_usd{85});
  CHECK_FALSE(l.reserve({2}, {}, nano_usd{50}, noon).held_up);
  CHECK(l.reserve({2}, {}, nano_usd{95}, noon).opens_at == wall_time::max());
}

TEST_CASE("a check answers as a reservation would, and takes nothing") {
  ledger l = daily(100);
  const spend_request r{{1}, {}, nano_usd{70}, nano_usd{10}};
  CHECK(l.check(r, noon).amount == nano_usd{70});
  CHECK(l.headroom({}, noon) == nano_usd{100});
  l.reserve({7}, {}, nano_usd{95}, noon);
  const spend_decision no = l.check(r, noon);
  CHECK_FALSE(no.reserved);
  CHECK(no.headroom == nano_usd{5});
  CHECK(no.account == "global day 2026-11-24");
  CHECK(l.concerning({{"team", "red"}}, noon).at(0).reserved == nano_usd{95});
}

TEST_CASE("a forfeited reservation is spent in full, once") {
  ledger l = daily(100);
  l.reserve({1}, {}, nano_usd{50}, noon);
  CHECK(l.forfeit({1}) == nano_usd{50});
  CHECK_FALSE(l.forfeit({1}).has_value());
  CHECK(l.status(noon).at(0).spent == nano_usd{50});
}

TEST_CASE("each period begins afresh in its zone, for every scope, across a change of clocks") {
  // 2026-03-08: Los Angeles loses an hour at 2:00. The day begins 08:00Z and ends 07:00Z.
  const wall_time day = wall_time_from_unix_nanos(1'772'956'800'000'000'000);
  ledger l{{{"global", "", period::day, nano_usd{100}},
            {"team", "", period::week, nano_usd{150}},
            {"session", "", period::month, nano_usd{1000}}},
           "America/Los_Angeles"};
  const std::vector<scope_value> scopes{{"team", "red"}, {"session", "s"}};
  l.reserve({1}, scopes, nano_usd{100}, day);
  l.settle({1}, nano_usd{100});
  CHECK_FALSE(l.reserve({2}, scopes, nano_usd{1}, day + 23h - 1s).reserved);
  // The 8th is a Sunday: the week ends with it, the month does not.
  CHECK(l.reserve({3}, scopes, nano_usd{100}, day + 23h).reserved);
  l.settle({3}, nano_usd{100});
  CHECK(l.headroom({{"team", "red"}}, day + 23h) == nano_usd{0});
  CHECK(l.headroom({{"team", "red"}}, day + 47h) == nano_usd{50});
  CHECK(l.headroom({{"session", "s"}}, day + 47h) == nano_usd{100});
  for (const account_status& a : l.status(day + 24h * 40))
    CHECK(a.spent == nano_usd{0});
}

TEST_CASE("other rules hold from now on, and what is spent stays spent") {
  const budget_rule day{"global", "", period::day, nano_usd{100}};
  const budget_rule bot{"key", "bot", period::day, nano_usd{50}};
  ledger l{{day}, "UTC"};
  l.reserve({1}, {}, nano_usd{40}, noon);
  l.reserve({2}, {}, nano_usd{20}, noon);
  l.settle({1}, nano_usd{40});
  budget_rule less = day;
  less.limit = nano_usd{70};
  CHECK(l.replace_rules({less, bot}) == std::vector{bot});
  l.add_spent(bot, "bot", nano_usd{45}, noon);
  CHECK(l.headroom({}, noon) == nano_usd{10});
  CHECK(l.headroom({{"key", "bot"}}, noon) == nano_usd{5});
  l.settle({2}, nano_usd{5});
  CHECK(l.headroom({}, noon) == nano_usd{25});
  budget_rule least = day;
  least.limit = nano_usd{10};
  CHECK(l.replace_rules({least}).empty());
  CHECK(l.headroom({{"key", "bot"}}, noon) == nano_usd{-35});
  CHECK_FALSE(l.reserve({3}, {}, nano_usd{1}, noon).reserved);
  CHECK(l.replace_rules({}).empty());
  CHECK(l.reserve({4}, {}, nano_usd{1000}, noon).reserved);
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
