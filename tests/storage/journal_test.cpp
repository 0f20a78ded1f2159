#include "storage/journal.hpp"

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

namespace {

const wall_time noon = wall_time_from_unix_nanos(1'795'521'600'000'000'000);

/// A folder of its own, gone with the test.
struct scratch {
  scratch() { REQUIRE(mkdtemp(folder.data()) != nullptr); }
  ~scratch() { std::filesystem::remove_all(folder); }
  std::string file() const { return folder + "/journal"; }
  std::string folder = "/tmp/spillway-journal-XXXXXX";
};

std::unique_ptr<journal> open_or_fail(const std::string& path) {
  auto opened = journal::open(path);
  if (!opened)
    FAIL(opened.failure().message);
  return std::move(*opened);
}

std::string refusal_of(const std::string& path) {
  const auto opened = journal::open(path);
  REQUIRE_FALSE(opened);
  return opened.failure().message;
}

call_intent intent(std::uint64_t n, wall_time at = noon) {
  return {{n},
          {n},
          {n},
          1,
          {"key"},
          {"model"},
          token_count{100},
          nano_usd{1000},
          {{"team", "red:1"}, {"tag", ""}},
          at};
}

call_settlement settlement(std::uint64_t n, call_outcome how = call_outcome::settled) {
  call_settlement s;
  s.lease = {n};
  s.outcome = how;
  s.charged = token_count{70};
  s.cost = nano_usd{how == call_outcome::settled ? 400 : how == call_outcome::unknown ? 1000 : 0};
  s.at = noon + 1s;
  return s;
}

void commit(journal& j, std::vector<call_intent> i, std::vector<call_settlement> s) {
  const auto done = j.commit(i, s);
  if (!done)
    FAIL(done.failure().message);
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
  const auto leases = *j->leases_since({"key"}, {"model"}, noon - 1min);
  REQUIRE(leases.size() == 4);
  CHECK(leases[0].taken.tokens.expected == 70);
  CHECK(leases[0].settled);
  CHECK(leases[1].taken.tokens.expected == 0);
  CHECK(leases[2].lease.value == 4);
  CHECK(leases[2].taken.tokens.expected == 100);
  CHECK_FALSE(leases[2].settled);
  CHECK(leases[3].taken.tokens.expected == 100);
  CHECK(j->leases_since({"other"}, {"model"}, noon - 1min)->empty());
  CHECK(j->leases_since({"key"}, {"model"}, noon + 1ns)->empty());

  const auto postings = *j->postings_since(noon - 1min);
  REQUIRE(postings.size() == 3);
  CHECK(postings[0].amount == nano_usd{400});
  CHECK(postings[0].scopes == intent(1).scopes);
  CHECK(postings[1].amount == nano_usd{1000});
  CHECK(postings[2].amount == nano_usd{1000});
  CHECK(*j->highest_request_id() == 5);
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

TEST_CASE("calls that a dead run left open are settled as unknown, at their maximum, once") {
  const scratch s;
  auto j = open_or_fail(s.file());
  commit(*j, {intent(1), intent(2)}, {settlement(1)});
  CHECK(*j->mark_unsettled_unknown(noon) == 1);
  CHECK(*j->mark_unsettled_unknown(noon) == 0);
  const auto v = *j->verify();
  CHECK(v.unsettled == 0);
  CHECK(v.orphans == 0);
  CHECK(v.spent == nano_usd{1400});
}

TEST_CASE("old settled calls can be forgotten, open ones stay") {
  const scratch s;
  auto j = open_or_fail(s.file());
  commit(*j, {intent(1, noon - 48h), intent(2, noon - 48h), intent(3)},
         {settlement(1), settlement(3)});
  CHECK(*j->forget_before(noon - 24h) == 1);
  const auto v = *j->verify();
  CHECK(v.intents == 2);
  CHECK(v.orphans == 0);
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
      std::vector<call_intent> rows;
      for (int i = 0; i < 50; ++i)
        rows.push_back(intent(++n));
      if (auto done = (*j)->commit(rows, {}); !done)
        why = done.failure().message;
    }
    const rlimit wide{RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &wide);
    const std::size_t kept = (*j)->verify()->intents;
    const bool recovered = static_cast<bool>((*j)->commit(std::vector{intent(999'999)}, {}));
    _exit(!why.empty() && kept == n - 50 && recovered ? 0 : 1);
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
        const bool done = static_cast<bool>(
            (*j)->commit(std::vector{intent(n)},
                         n > 1 ? std::vector{settlement(n - 1)} : std::vector<call_settlement>{}));
        if (!done || write(pipe_ends[1], &n, sizeof n) != sizeof n)
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
