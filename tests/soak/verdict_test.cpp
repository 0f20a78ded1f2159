#include "tests/soak/fatal_storage.hpp"
#include "tests/soak/soak_settings.hpp"
#include "tests/soak/verdict.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::soak;

namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

/// A campaign of `calls` calls of "wide" by team t0, one a second, in which nothing went wrong.
evidence clean_evidence(std::uint64_t calls) {
  evidence e;
  nano_usd spent;
  for (std::uint64_t lease = 1; lease <= calls; ++lease) {
    ledger_row row;
    row.intent.lease = {lease};
    row.intent.model = {"wide"};
    row.intent.reserved_max = nano_usd{900'000};
    row.intent.scopes = {{"team", "t0"}};
    row.settlement.emplace();
    row.settlement->lease = {lease};
    row.settlement->cost = nano_usd{100 * 1000 + 20 * 4000};
    spent += row.settlement->cost;
    e.ledger.push_back(std::move(row));
    const auto at = static_cast<std::int64_t>(lease) * second_ns;
    e.world.calls.push_back({lease, "wide", at, 120, 200, 100, 20});
    e.world.spans.push_back({lease, lease * 7});
  }
  e.accounts = {{"global total", nano_usd{25'000'000}, spent, {}},
                {"team t0 total", nano_usd{8'000'000}, spent, {}}};
  return e;
}

verdict judged(const evidence& e) {
  return judge(e, soak_settings(10));
}

} // namespace

TEST_CASE("where nothing went wrong nothing is found") {
  const verdict v = judged(clean_evidence(5));
  for (const std::string& finding : v.findings)
    UNSCOPED_INFO(finding);
  CHECK(v.clean());
}

TEST_CASE("what the provider has and the ledger lacks is lost") {
  evidence e = clean_evidence(5);
  SECTION("the whole call") {
    e.ledger.erase(e.ledger.begin() + 1);
  }
  SECTION("that it was sent") {
    e.ledger[1].settlement->outcome = call_outcome::not_sent;
  }
  SECTION("a part of its cost") {
    e.ledger[1].settlement->cost -= nano_usd{1};
  }
  SECTION("that it was made twice") {
    e.world.calls.push_back(e.world.calls[1]);
  }
  SECTION("its span") {
    e.world.spans.erase(e.world.spans.begin() + 1);
  }
  SECTION("its posting on an account") {
    e.accounts[1].spent -= nano_usd{1};
  }
  SECTION("spans that never arrived") {
    e.traces_pending = 1;
  }
  CHECK(judged(e).lost > 0);
}

TEST_CASE("what the ledger has and the provider lacks is counted twice") {
  evidence e = clean_evidence(5);
  SECTION("a call that never was") {
    e.world.calls.erase(e.world.calls.begin() + 1);
  }
  SECTION("a part of a cost") {
    e.ledger[1].settlement->cost += nano_usd{1};
  }
  SECTION("a row") {
    e.ledger.push_back(e.ledger[1]);
  }
  SECTION("a posting on an account") {
    e.accounts[0].spent += nano_usd{1};
  }
  SECTION("two spans that differ") {
    e.world.spans.push_back({2, 999});
  }
  CHECK(judged(e).counted_twice > 0);
}

TEST_CASE("a call whose outcome is unknown may cost more in the ledger, but not less") {
  evidence e = clean_evidence(5);
  e.ledger[1].settlement->outcome = call_outcome::unknown;
  const nano_usd more{500'000};
  e.ledger[1].settlement->cost += more;
  e.accounts[0].spent += more;
  e.accounts[1].spent += more;
  CHECK(judged(e).clean());
  e.ledger[1].settlement->cost = nano_usd{1};
  CHECK(judged(e).lost > 0);
}

TEST_CASE("a window is watched by times of arrival alone") {
  evidence e = clean_evidence(0);
  for (std::uint64_t lease = 1; lease <= 91; ++lease) {
    ledger_row row;
    row.intent.lease = {lease};
    row.settlement.emplace();
    e.ledger.push_back(std::move(row));
    e.world.calls.push_back({lease, "narrow", static_cast<std::int64_t>(lease), 1, 500, 0, 0});
    e.world.spans.push_back({lease, 1});
  }
  CHECK(judged(e).window_exceeded == 1);
  e.world.calls.back().arrived_ns = 1 + 60 * second_ns;
  CHECK(judged(e).window_exceeded == 0);
  e.world.refused_by_limits = 2;
  CHECK(judged(e).window_exceeded == 2);
}

TEST_CASE("tokens fill a window too") {
  evidence e = clean_evidence(2);
  e.world.calls[0].model = e.world.calls[1].model = "heavy";
  e.world.calls[0].charged = 12'000;
  e.world.calls[1].charged = 1;
  CHECK(judged(e).window_exceeded == 1);
}

TEST_CASE("an account above its limit is found") {
  evidence e = clean_evidence(5);
  e.accounts[1].limit = e.accounts[1].spent - nano_usd{1};
  CHECK(judged(e).budget_exceeded == 1);
}

TEST_CASE("a planned death is told from process to process") {
  const death_plan plan{tests::storage_step::file_sync, strike::after, 12};
  const auto read = read_death_plan(to_string(plan));
  REQUIRE(read);
  CHECK(read->step == plan.step);
  CHECK(read->how == plan.how);
  CHECK(read->count == 12);
  for (const char* text : {"", "wal_write", "wal_write:x:half", "wal_write:0:half", "x:1:half",
                           "wal_write:1:x", "wal_write:1x:half"})
    CHECK_FALSE(read_death_plan(text));
}
