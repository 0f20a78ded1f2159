#include "core/bounds.hpp"
#include "core/money/calendar.hpp"
#include "core/money/cost_log.hpp"
#include "storage/journal.hpp"
#include "storage/ledger_reader.hpp"
#include "storage/retention.hpp"
#include "tests/storage/scratch.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <random>
#include <tuple>

using namespace spillway;
using namespace spillway::tests;
using namespace std::chrono_literals;
using storage::journal;
using storage::ledger_reader;

namespace {

std::unique_ptr<ledger_reader> read_or_fail(const std::string& path) {
  auto opened = ledger_reader::open(path);
  if (!opened)
    FAIL(opened.failure().message);
  return std::move(*opened);
}

report::ledger_check check_of(const scratch& s, money::period per = money::period::month) {
  const auto check = read_or_fail(s.file())->check(per, "UTC");
  if (!check)
    FAIL(check.failure().message);
  return *check;
}

void commit(journal& j, storage::journal_batch batch) {
  const auto done = j.commit(batch, noon);
  if (!done)
    FAIL(done.failure().message);
}

/// `calls` calls at random times of the last 60 days, of every outcome and some open.
storage::journal_batch random_calls(std::uint64_t calls, unsigned seed) {
  std::minstd_rand random{seed};
  storage::journal_batch batch;
  for (std::uint64_t n = 1; n <= calls; ++n) {
    const wall_time at = noon - std::chrono::seconds{random() % (60 * 24 * 3600)};
    call_intent i = intent(n, at);
    i.model = {random() % 2 == 0 ? "big" : "tiny"};
    i.scopes = {{"team", random() % 2 == 0 ? "red" : "blue"},
                {"session", std::to_string(random() % 50)}};
    batch.intents.push_back(i);
    if (random() % 50 == 0)
      continue;
    call_settlement s = settlement(n, static_cast<call_outcome>(random() % 4));
    s.usage.input = token_count{static_cast<std::int64_t>(random() % 1000)};
    if (s.outcome == call_outcome::settled)
      s.cost = nano_usd{static_cast<std::int64_t>(random() % 1'000'000)};
    batch.settlements.push_back(s);
  }
  return batch;
}

using account_list = std::vector<
    std::tuple<std::string, std::string, std::string, std::uint64_t, std::int64_t, std::int64_t>>;

account_list accounts_of(const report::ledger_check& check) {
  account_list out;
  for (const report::account_sum& a : check.accounts)
    out.emplace_back(a.scope, a.name, a.period, a.calls, a.spent.value(), a.held.value());
  std::ranges::sort(out);
  return out;
}

money::cost_log restored(journal& j, wall_time since) {
  money::cost_log log{"UTC"};
  log.restore(*j.postings_since(since), since);
  return log;
}

} // namespace

TEST_CASE("a sound journal is found sound, and its sums are those of its rows") {
  const scratch s;
  auto j = open_or_fail(s.file());
  storage::journal_batch batch;
  for (std::uint64_t n = 1; n <= 5; ++n)
    batch.intents.push_back(intent(n));
  batch.settlements = {settlement(1), settlement(2, call_outcome::not_sent),
                       settlement(3, call_outcome::rejected), settlement(4, call_outcome::unknown)};
  batch.traces = {"trace"};
  commit(*j, batch);
  const auto check = check_of(s);
  for (const std::string& f : check.findings)
    UNSCOPED_INFO(f);
  CHECK(check.sound());
  CHECK(check.calls.begun == 5);
  CHECK(check.calls.settled == 1);
  CHECK(check.calls.unknown == 1);
  CHECK(check.calls.open == 1);
  CHECK(check.spent == nano_usd{400 + 1000 + 1000});
  CHECK(check.held == nano_usd{2000});
  CHECK(check.traces.waiting == 1);
  CHECK(accounts_of(check)
        == account_list{{"global", "", "2026-11", 3, 2400, 2000},
                        {"tag", "", "2026-11", 3, 2400, 2000},
                        {"team", "red:1", "2026-11", 3, 2400, 2000}});
}

TEST_CASE("what breaks the chain or a sum is found") {
  const auto [sql, words] = GENERATE(table<const char*, std::string>({
      {"delete from intent where lease = 1", "endings without a call"},
      {"update intent set reservation = 1", "share a reservation"},
      {"update settlement set outcome = 7 where lease = 1", "make no sense"},
      {"update settlement set cost = -1 where lease = 1", "make no sense"},
      {"update settlement set outcome = 1 where lease = 1", "were not sent and cost"},
      {"update trace_total set waiting = 9", "count of waiting traces"},
  }));
  const scratch s;
  auto j = open_or_fail(s.file());
  storage::journal_batch batch;
  batch.intents = {intent(1), intent(2)};
  batch.settlements = {settlement(1), settlement(2)};
  commit(*j, batch);
  exec_in(s.file(), sql);
  const auto check = check_of(s);
  CHECK_FALSE(check.sound());
  REQUIRE(check.findings.size() == 1);
  CHECK(check.findings[0].find(words) != std::string::npos);
}

TEST_CASE("folding keeps every sum to the nano-dollar: of the ledger, its accounts and budgets") {
  for (unsigned seed = 1; seed <= 5; ++seed) {
    INFO("seed " << seed);
    const scratch s;
    auto j = open_or_fail(s.file());
    commit(*j, random_calls(2'000, seed));
    constexpr std::array periods{money::period::day, money::period::week, money::period::month,
                                 money::period::total};
    std::vector<report::ledger_check> before;
    for (const money::period p : periods)
      before.push_back(check_of(s, p));
    const money::cost_log costs = restored(*j, {});

    std::size_t folded = 0;
    for (std::size_t calls = 300; calls == 300; folded += calls)
      calls = *j->fold_before(noon - 24h * 20, 300);
    CHECK(folded > 500);
    CHECK(*j->fold_before(noon - 24h * 20, 300) == 0);
    for (std::size_t i = 0; i < periods.size(); ++i) {
      const auto& check = before[i];
      const auto now = check_of(s, periods[i]);
      CHECK(now.sound());
      CHECK(now.spent == check.spent);
      CHECK(now.held == check.held);
      CHECK(now.calls.begun == check.calls.begun);
      CHECK(now.calls.settled == check.calls.settled);
      CHECK(now.calls.unknown == check.calls.unknown);
      CHECK(now.calls.open == check.calls.open);
      CHECK(accounts_of(now) == accounts_of(check));
    }
    const money::cost_log after = restored(*j, {});
    for (const auto by : {money::cost_dimension::model, money::cost_dimension::team,
                          money::cost_dimension::session, money::cost_dimension::hour})
      CHECK(after.breakdown(by, {}) == costs.breakdown(by, {}));
  }
}

TEST_CASE("calls whose end is unknown are never folded") {
  const scratch s;
  auto j = open_or_fail(s.file());
  storage::journal_batch batch;
  batch.intents = {intent(1, noon - 24h * 90), intent(2, noon - 24h * 90),
                   intent(3, noon - 24h * 90)};
  batch.settlements = {settlement(1), settlement(2, call_outcome::unknown)};
  commit(*j, batch);
  CHECK(*j->fold_before(noon, 100) == 1);
  CHECK(check_of(s).calls.unknown == 1);
  CHECK(check_of(s).calls.open == 1);
}

TEST_CASE("what windows and open periods need is since the earliest of them") {
  CHECK(storage::needed_since(noon, "UTC") == *money::parse_moment("2026-11-01", "UTC"));
  const wall_time new_year = *money::parse_moment("2027-01-01T06:00:00Z", "UTC");
  CHECK(storage::needed_since(new_year, "UTC") == *money::parse_moment("2026-12-28", "UTC"));
  const wall_time first = *money::parse_moment("2026-06-01T00:30:00Z", "UTC"); // a Monday
  CHECK(storage::needed_since(first, "UTC") == first - storage::window_memory);
}

TEST_CASE("a call whose end is unknown can be set right once, and what it was is kept") {
  const scratch s;
  auto j = open_or_fail(s.file());
  storage::journal_batch batch;
  batch.intents = {intent(1), intent(2), intent(3)};
  batch.settlements = {settlement(1, call_outcome::unknown), settlement(2, call_outcome::unknown),
                       settlement(3)};
  commit(*j, batch);
  call_settlement as = settlement(1);
  as.cost = nano_usd{7};
  REQUIRE(j->reconcile(as, "from the provider's export"));
  as = settlement(2, call_outcome::not_sent);
  REQUIRE(j->reconcile(as, ""));
  CHECK(check_of(s).spent == nano_usd{7 + 400});
  CHECK(check_of(s).held == nano_usd{0});
  CHECK(check_of(s).sound());
  CHECK(number_in(s.file(), "select count(*) from correction where cost_before = 1000") == 2);
  CHECK(j->leases_since({"key"}, {"model"}, noon - 1min, noon)->size() == 2);

  const auto again = j->reconcile(settlement(1), "");
  REQUIRE_FALSE(again);
  CHECK(again.failure().message.find("is known") != std::string::npos);
  const auto none = j->reconcile(settlement(9), "");
  REQUIRE_FALSE(none);
  CHECK(none.failure().message.find("ledger unknown") != std::string::npos);
}

TEST_CASE("refused traces can be put back in line") {
  const scratch s;
  auto j = open_or_fail(s.file());
  storage::journal_batch batch;
  batch.traces = {"a", "b"};
  commit(*j, batch);
  storage::journal_batch end;
  const auto oldest = j->oldest_traces(2, 100);
  REQUIRE(oldest);
  for (const report::kept_trace& t : *oldest)
    end.ended.push_back({t.number, report::trace_ending::refused, "Langfuse answered 400"});
  commit(*j, end);
  const auto refused = read_or_fail(s.file())->refused_traces();
  REQUIRE(refused);
  REQUIRE(refused->size() == 2);
  CHECK(refused->front().bytes == "a");
  CHECK(refused->front().reason == "Langfuse answered 400");
  CHECK(*j->retry_refused_traces() == 2);
  CHECK(j->oldest_traces(2, 100)->at(0).bytes == "a");
  CHECK(read_or_fail(s.file())->refused_traces()->empty());
}

TEST_CASE("a reader looks while a runtime writes, and shows what was committed") {
  const scratch s;
  auto j = open_or_fail(s.file());
  storage::journal_batch batch;
  batch.intents = {intent(1), intent(2, noon + 1h)};
  batch.settlements = {settlement(1)};
  commit(*j, batch);
  auto reader = read_or_fail(s.file());
  std::vector<ledger_row> rows;
  const auto show = [&](const ledger_row& row) { rows.push_back(row); };
  REQUIRE(reader->each_call({}, show));
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].intent.scopes == intent(1).scopes);
  CHECK(rows[0].settlement->cost == nano_usd{400});
  CHECK_FALSE(rows[1].settlement);
  batch = {};
  batch.settlements = {settlement(2)};
  commit(*j, batch);
  rows.clear();
  REQUIRE(reader->each_call({noon + 1h, wall_time::max(), {"model"}}, show));
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].settlement);
  rows.clear();
  REQUIRE(reader->each_call({wall_time::min(), noon, {}}, show));
  REQUIRE(reader->each_call({wall_time::min(), wall_time::max(), {"other"}}, show));
  CHECK(rows.empty());
}

TEST_CASE("what is no journal of ours is refused with what to do") {
  const scratch s;
  const auto refusal = [&] {
    const auto opened = ledger_reader::open(s.file());
    REQUIRE_FALSE(opened);
    return opened.failure().message;
  };
  CHECK(refusal().find("cannot be opened") != std::string::npos);
  exec_in(s.file(), "create table t(x)");
  CHECK(refusal().find("holds no journal") != std::string::npos);
  exec_in(s.file(), "pragma user_version = 1");
  CHECK(refusal().find("start this Spillway on it once") != std::string::npos);
  exec_in(s.file(), "pragma user_version = 999");
  CHECK(refusal().find("newer Spillway") != std::string::npos);
}
