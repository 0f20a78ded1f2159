#include "storage/journal.hpp"
#include "tests/storage/scratch.hpp"

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace spillway;
using namespace std::chrono_literals;
using storage::journal;
using namespace spillway::tests;

namespace {

std::string refusal_of(const std::string& path) {
  const auto opened = journal::open(path);
  REQUIRE_FALSE(opened);
  return opened.failure().message;
}

void commit(journal& j, const storage::journal_batch& batch) {
  const auto done = j.commit(batch, noon);
  if (!done)
    FAIL(done.failure().message);
}

void commit(journal& j, std::vector<call_intent> i, std::vector<call_settlement> s) {
  storage::journal_batch batch;
  batch.intents = std::move(i);
  batch.settlements = std::move(s);
  commit(j, batch);
}

} // namespace

TEST_CASE("what was committed is there after a restart, in the form a restart needs") {
  const scratch s;
  {
    auto j = open_or_fail(s.file());
    commit(*j, {intent(1), intent(2), intent(3), intent(4), intent(5)},
           {settlement(1), settlement(2, call_outcome::rejected),
            settlement(3, call_outcome::not_sent), settlement(4, call_outcome::unknown)});
  }
  auto j = open_or_fail(s.file());
  const auto leases = *j->leases_since({"key"}, {"model"}, noon - 1min, noon + 5s);
  REQUIRE(leases.size() == 4);
  CHECK(leases[0].taken.tokens.expected == 70);
  CHECK(leases[0].settled);
  CHECK(leases[1].taken.tokens.expected == 0);
  CHECK(leases[2].lease.value == 4);
  CHECK(leases[2].taken.tokens.expected == 100);
  CHECK_FALSE(leases[2].settled);
  CHECK(leases[0].sent_at == noon + 200ms);
  CHECK(leases[3].taken.tokens.expected == 100);
  CHECK(leases[3].sent_at == noon + 5s);
  CHECK(j->leases_since({"other"}, {"model"}, noon - 1min, noon)->empty());
  CHECK(j->leases_since({"key"}, {"model"}, noon + 1ns, noon)->empty());

  const auto postings = *j->postings_since(noon - 1min);
  REQUIRE(postings.size() == 1);
  CHECK(postings[0].amount == nano_usd{400 + 1000 + 1000});
  CHECK(postings[0].calls == 3);
  CHECK(postings[0].scopes == intent(1).scopes);
  CHECK(postings[0].model == model_id{"model"});
  CHECK(postings[0].at == noon);
  CHECK(postings[0].settled);
  CHECK(*j->highest_request_id() == 5);
}

TEST_CASE("a new journal is for its owner and the group, and stays as its owner makes it") {
  using std::filesystem::perms;
  const scratch s;
  const auto mode = [&](const std::string& suffix) {
    return std::filesystem::status(s.file() + suffix).permissions();
  };
  {
    const auto j = open_or_fail(s.file());
    CHECK(mode("") == (perms::owner_read | perms::owner_write | perms::group_read));
    CHECK(mode("-wal") == mode(""));
  }
  std::filesystem::permissions(s.file(), perms::owner_read | perms::owner_write);
  const auto j = open_or_fail(s.file());
  CHECK(mode("") == (perms::owner_read | perms::owner_write));
}

TEST_CASE("what a limiter learnt is kept by limiter, the newest in place of the older") {
  const scratch s;
  using rate::dimension;
  const rate::learnt_limit lowered{dimension::requests_per_minute, 500, 400, 0, false, noon, {}};
  const rate::learnt_limit paced{dimension::tokens_per_day, 90'000, {},        450,
                                 true,                      noon + 1s, noon + 12h};
  const auto keep = [](journal& j, limiter_lessons row) {
    storage::journal_batch batch;
    batch.lessons.push_back(std::move(row));
    return j.commit(batch, noon);
  };
  {
    auto j = open_or_fail(s.file());
    CHECK(keep(*j, {{"key"}, {"model"}, {paced}}));
    CHECK(keep(*j, {{"key"}, {"model"}, {lowered, paced}}));
    CHECK(keep(*j, {{"key/group"}, {}, {lowered}}));
  }
  auto j = open_or_fail(s.file());
  CHECK(*j->lessons_of({"key"}, {"model"}) == std::vector{lowered, paced});
  CHECK(*j->lessons_of({"key/group"}, {}) == std::vector{lowered});
  CHECK(j->lessons_of({"key"}, {"other"})->empty());
  CHECK(keep(*j, {{"key"}, {"model"}, {}}));
  CHECK(j->lessons_of({"key"}, {"model"})->empty());
}

TEST_CASE("all models of a key are found where they share their limits") {
  const scratch s;
  auto j = open_or_fail(s.file());
  call_intent other = intent(2);
  other.model = {"other"};
  commit(*j, {intent(1), other}, {});
  CHECK(j->leases_since({"key"}, {}, noon - 1min, noon)->size() == 2);
  CHECK(j->leases_since({"key"}, {"other"}, noon - 1min, noon)->size() == 1);
  CHECK(j->leases_since({"else"}, {}, noon - 1min, noon)->empty());
}

TEST_CASE("postings are summed up by quarter of an hour, model and scopes") {
  const scratch s;
  auto j = open_or_fail(s.file());
  call_intent other = intent(3);
  other.scopes = {};
  commit(*j, {intent(1), intent(2, noon + 14min), other, intent(4, noon + 15min)},
         {settlement(1), settlement(2), settlement(3)});
  const auto postings = *j->postings_since(noon);
  REQUIRE(postings.size() == 3);
  CHECK(postings[0].amount.value() + postings[1].amount.value() == 1200);
  CHECK(postings[2].at == noon + 15min);
  CHECK(postings[2].amount == nano_usd{1000});
  CHECK(postings[2].calls == 1);
}

TEST_CASE("the same row twice changes nothing") {
  const scratch s;
  auto j = open_or_fail(s.file());
  commit(*j, {intent(1)}, {settlement(1)});
  commit(*j, {intent(1)}, {settlement(1, call_outcome::unknown)});
  const auto v = *j->verify();
  CHECK(v.intents == 1);
  CHECK(v.settled == 1);
  CHECK(v.spent == nano_usd{400});
}

TEST_CASE("an ending without its call is no row") {
  const scratch s;
  auto j = open_or_fail(s.file());
  commit(*j, {intent(1)}, {settlement(1), settlement(2)});
  CHECK(j->verify()->orphans == 0);
  CHECK(j->verify()->settled == 1);
}

TEST_CASE("calls that a dead run left open are told as they were begun, until they are settled") {
  const scratch s;
  {
    auto j = open_or_fail(s.file());
    commit(*j, {intent(1), intent(2)}, {settlement(1)});
  }
  auto j = open_or_fail(s.file());
  const auto open = *j->unsettled_calls();
  REQUIRE(open.size() == 1);
  CHECK(open[0].lease.value == 2);
  CHECK(open[0].reserved_max == nano_usd{1000});
  CHECK(open[0].scopes == intent(2).scopes);
  CHECK(open[0].trace == intent(2).trace);
  CHECK(open[0].at == noon);
  commit(*j, {}, {settlement(2, call_outcome::unknown)});
  CHECK(j->unsettled_calls()->empty());
  CHECK(j->verify()->spent == nano_usd{1400});
}

TEST_CASE("a file of the first schema is brought up to date with what it holds") {
  const scratch s;
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(s.file().c_str(), &db) == SQLITE_OK);
  const char* old = R"(
    create table intent(
      lease integer primary key, reservation integer not null, request integer not null,
      attempt integer not null, key text not null, model text not null,
      charged integer not null, reserved_max integer not null, scopes text not null,
      at integer not null) strict;
    create table settlement(
      lease integer primary key, outcome integer not null, charged integer not null,
      input integer not null, cached_input integer not null, cache_write integer not null,
      output integer not null, reasoning integer not null, estimated integer not null,
      cost integer not null, at integer not null) strict;
    create index intent_by_limiter on intent(key, model, at);
    create index intent_by_time on intent(at);
    insert into intent values(1, 1, 1, 1, 'key', 'model', 100, 1000, '', 1795521600000000000);
    insert into settlement values(1, 0, 70, 9, 0, 0, 1, 0, 0, 400, 1795521601000000000);
    pragma user_version = 1;)";
  REQUIRE(sqlite3_exec(db, old, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
  auto j = open_or_fail(s.file());
  commit(*j, {intent(2)}, {settlement(2)});
  CHECK(j->verify()->spent == nano_usd{800});
  const auto leases = *j->leases_since({"key"}, {"model"}, noon - 1min, noon + 5s);
  REQUIRE(leases.size() == 2);
  CHECK(leases[0].sent_at == noon);
  CHECK(j->lessons_of({"key"}, {"model"})->empty());
}

TEST_CASE("what cannot be opened says why and what to do") {
  const scratch s;
  CHECK(refusal_of(s.folder + "/none/journal").find("folder") != std::string::npos);
  std::ofstream{s.folder + "/text"} << std::string(5000, 'x');
  CHECK(refusal_of(s.folder + "/text").find("damaged or no journal") != std::string::npos);
  auto held = open_or_fail(s.file());
  commit(*held, {intent(1)}, {});
  CHECK(refusal_of(s.file()).find("another process") != std::string::npos);
}

TEST_CASE("a file of a newer schema is left alone") {
  const scratch s;
  open_or_fail(s.file());
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(s.file().c_str(), &db) == SQLITE_OK);
  sqlite3_exec(db, "pragma user_version = 999", nullptr, nullptr, nullptr);
  sqlite3_close(db);
  CHECK(refusal_of(s.file()).find("newer Spillway") != std::string::npos);
}

TEST_CASE("a full disk refuses a commit as a whole, and takes it when there is room again") {
  const scratch s;
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    auto j = journal::open(s.file());
    const rlimit small{200'000, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &small);
    std::uint64_t n = 0;
    std::string why;
    while (why.empty() && n < 100'000) {
      storage::journal_batch rows;
      for (int i = 0; i < 50; ++i)
        rows.intents.push_back(intent(++n));
      if (auto done = (*j)->commit(rows, noon); !done)
        why = done.failure().message;
    }
    const bool full = !(*j)->probe();
    const rlimit wide{RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &wide);
    const std::size_t kept = (*j)->verify()->intents;
    storage::journal_batch one;
    one.intents.push_back(intent(999'999));
    const bool recovered = (*j)->probe() && (*j)->commit(one, noon);
    _exit(!why.empty() && full && kept == n - 50 && recovered && !(*j)->is_broken() ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a killed process loses nothing that was acknowledged") {
  std::minstd_rand random{7};
  for (int round = 0; round < 30; ++round) {
    INFO("round " << round);
    const scratch s;
    int pipe_ends[2];
    REQUIRE(pipe(pipe_ends) == 0);
    const pid_t child = fork();
    if (child == 0) {
      auto j = journal::open(s.file());
      for (std::uint64_t n = 1;; ++n) {
        storage::journal_batch batch;
        batch.intents.push_back(intent(n));
        if (n > 1)
          batch.settlements.push_back(settlement(n - 1));
        if (!(*j)->commit(batch, noon) || write(pipe_ends[1], &n, sizeof n) != sizeof n)
          _exit(1);
      }
    }
    close(pipe_ends[1]);
    std::uint64_t acknowledged = 0;
    const std::uint64_t enough = 1 + random() % 60;
    while (acknowledged < enough)
      REQUIRE(read(pipe_ends[0], &acknowledged, sizeof acknowledged) == sizeof acknowledged);
    kill(child, SIGKILL);
    while (read(pipe_ends[0], &acknowledged, sizeof acknowledged) == sizeof acknowledged) {
    }
    close(pipe_ends[0]);
    waitpid(child, nullptr, 0);
    auto j = open_or_fail(s.file());
    const auto v = *j->verify();
    CHECK(v.intents >= acknowledged);
    CHECK(v.intents <= acknowledged + 1);
    CHECK(v.unsettled == 1);
    CHECK(v.orphans == 0);
  }
}
