#include "actors/journal.hpp"
#include "core/bounds.hpp"
#include "tests/support/alert_record.hpp"
#include "tests/support/virtual_system.hpp"

#include <caf/event_based_actor.hpp>
#include <catch2/catch.hpp>
#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>

using namespace spillway;
using namespace std::chrono_literals;
using tests::virtual_system;

namespace {

/// A journal actor on a file that another program can spoil.
struct journal_world {
  virtual_system world;
  std::string folder = "/tmp/spillway-journal-actor-XXXXXX";
  tests::alert_record alerts;
  std::vector<journal_reply> replies;
  alert_sink_actor sink;
  journal_actor journal;

  journal_world() {
    REQUIRE(mkdtemp(folder.data()) != nullptr);
    auto opened = storage::journal::open(path());
    REQUIRE(opened);
    sink = alerts.spawn_in(world.system());
    actors::journal_options j;
    j.file = std::move(*opened);
    j.alerts = sink;
    j.wall = world.wall();
    journal = world.system().spawn(actors::journal, std::move(j));
  }
  ~journal_world() {
    world.self()->send_exit(journal, caf::exit_reason::user_shutdown);
    world.self()->send_exit(sink, caf::exit_reason::user_shutdown);
    world.settle();
    std::filesystem::remove_all(folder);
  }

  std::string path() const { return folder + "/journal"; }

  /// Tells the journal of a call that begins, as a job does; the answer goes to `replies`.
  void begin(std::uint64_t n) {
    record_intent m;
    m.row.lease = {n};
    world.system().spawn([this, m](caf::event_based_actor* self) {
      self->request(journal, caf::infinite, m).then([this](const journal_reply& r) {
        replies.push_back(r);
      });
    });
  }
  void settle(std::uint64_t n) {
    record_settlement m;
    m.row.lease = {n};
    world.self()->send(journal, m);
    world.settle();
  }

  std::int64_t rows(const std::string& table) const {
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(path().c_str(), &db) == SQLITE_OK);
    sqlite3_stmt* query = nullptr;
    const std::string sql = "select count(*) from " + table;
    REQUIRE(sqlite3_prepare_v2(db, sql.c_str(), -1, &query, nullptr) == SQLITE_OK);
    sqlite3_step(query);
    const std::int64_t count = sqlite3_column_int64(query, 0);
    sqlite3_finalize(query);
    sqlite3_close(db);
    return count;
  }

  /// Another program holds the file while this lives.
  struct hold {
    sqlite3* db = nullptr;
    explicit hold(const std::string& path) {
      sqlite3_open(path.c_str(), &db);
      sqlite3_exec(db, "begin immediate", nullptr, nullptr, nullptr);
    }
    ~hold() { sqlite3_close(db); }
  };
};

} // namespace

TEST_CASE("an intent is durable when it is answered, and does not wait for company") {
  journal_world w;
  w.begin(1);
  w.world.settle();
  REQUIRE(w.replies.size() == 1);
  CHECK(w.replies[0].durable);
  CHECK(w.rows("intent") == 1);
}

TEST_CASE("rows that nobody waits for wait a little for company") {
  journal_world w;
  for (std::uint64_t n = 1; n < 3 + bounds::journal_commit_rows_max; ++n)
    w.begin(n);
  w.world.settle();
  w.settle(1);
  w.settle(2);
  CHECK(w.rows("settlement") == 0);
  w.world.advance(bounds::journal_commit_wait_max);
  CHECK(w.rows("settlement") == 2);
  w.settle(3);
  w.begin(1000);
  w.world.settle();
  CHECK(w.rows("settlement") == 3);
  // Nobody waits, but there are enough for a commit.
  for (std::uint64_t n = 4; n < 4 + bounds::journal_commit_rows_max; ++n)
    w.settle(n);
  CHECK(w.rows("settlement") == static_cast<std::int64_t>(bounds::journal_commit_rows_max) + 2);
}

TEST_CASE("a journal that refuses stops calls with a reason, keeps what ended, and recovers") {
  journal_world w;
  w.begin(1);
  w.world.settle();
  {
    const journal_world::hold other{w.path()};
    w.begin(2);
    w.world.settle();
    REQUIRE(w.replies.size() == 2);
    CHECK_FALSE(w.replies[1].durable);
    CHECK(w.replies[1].reason.find("another process") != std::string::npos);
    w.settle(1);
    w.world.advance(2s);
    w.begin(3);
    w.world.settle();
    CHECK_FALSE(w.replies.at(2).durable);
    CHECK(w.alerts.raised.size() == 1);
    CHECK(w.alerts.raised.at(0).rule == "journal_refused");
  }
  w.world.advance(1s);
  REQUIRE(w.alerts.ended.size() == 1);
  CHECK(w.alerts.ended[0].rule == "journal_refused");
  CHECK(w.rows("settlement") == 1);
  CHECK(w.rows("intent") == 1);
  w.begin(4);
  w.world.settle();
  CHECK(w.replies.at(3).durable);
}

TEST_CASE("a journal that somebody moved away takes nothing more, whatever happens to it") {
  journal_world w;
  std::filesystem::rename(w.path(), w.path() + ".old");
  w.begin(1);
  w.world.settle();
  REQUIRE(w.replies.size() == 1);
  CHECK_FALSE(w.replies[0].durable);
  CHECK(w.replies[0].reason.find("moved or deleted") != std::string::npos);
  std::filesystem::rename(w.path() + ".old", w.path());
  w.world.advance(10s);
  w.begin(2);
  w.world.settle();
  CHECK_FALSE(w.replies.at(1).durable);
}
