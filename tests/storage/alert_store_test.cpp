#include "storage/alert_store.hpp"

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <sys/wait.h>
#include <unistd.h>

using namespace spillway;
using namespace std::chrono_literals;
using storage::alert_store;

namespace {

const wall_time noon = wall_time_from_unix_nanos(1'795'521'600'000'000'000);

struct scratch {
  scratch() { REQUIRE(mkdtemp(folder.data()) != nullptr); }
  ~scratch() { std::filesystem::remove_all(folder); }
  std::string file() const { return alert_store::path_beside(folder + "/journal"); }
  std::string folder = "/tmp/spillway-alerts-XXXXXX";
};

std::unique_ptr<alert_store> open_or_fail(const std::string& path) {
  auto opened = alert_store::open(path);
  if (!opened)
    FAIL(opened.failure().message);
  return std::move(*opened);
}

alerts::memory load_or_fail(alert_store& store) {
  auto loaded = store.load();
  if (!loaded)
    FAIL(loaded.failure().message);
  return std::move(*loaded);
}

alerts::incident about(const std::string& subject) {
  alerts::incident i;
  i.what = {
      {"budget_used", subject, "80 %"}, alert_severity::warning, "text; 'quoted'", noon + 12h};
  i.since = noon - 1h;
  i.last = noon;
  i.told_at = noon - 1min;
  i.told_alone = i.goes_on = true;
  return i;
}

alerts::undelivered_notice queued(std::uint64_t id, std::vector<std::string> targets) {
  alerts::notice n{alerts::notice_kind::resolve, about("s").what, noon, noon - 1h, 7};
  return {{id, std::make_shared<const alerts::notice>(n)}, std::move(targets)};
}

} // namespace

TEST_CASE("what alerts keep is there after the file was closed, to the last member") {
  const scratch s;
  alerts::incident closed = about("closed");
  closed.closed = true;
  closed.goes_on = closed.told_alone = false;
  closed.ended = noon + 1s;
  closed.told_at.reset();
  {
    auto store = open_or_fail(s.file());
    REQUIRE(store->commit({{}, {about("open"), closed}, {queued(5, {"ops", "chat"})}, {}}));
  }
  const alerts::memory m = load_or_fail(*open_or_fail(s.file()));
  REQUIRE(m.incidents.size() == 2);
  const alerts::incident& i = m.incidents[1];
  CHECK(i.what.key == about("open").what.key);
  CHECK(i.what.severity == alert_severity::warning);
  CHECK(i.what.text == "text; 'quoted'");
  CHECK(i.what.once_until == noon + 12h);
  CHECK(i.since == noon - 1h);
  CHECK(i.last == noon);
  CHECK(i.told_at == noon - 1min);
  CHECK_FALSE(i.ended);
  CHECK((i.told_alone && i.goes_on && !i.closed));
  CHECK(m.incidents[0].ended == noon + 1s);
  CHECK_FALSE(m.incidents[0].told_at);
  CHECK((!m.incidents[0].told_alone && !m.incidents[0].goes_on && m.incidents[0].closed));
  REQUIRE(m.undelivered.size() == 1);
  CHECK(m.undelivered[0].notice.id == 5);
  CHECK(m.undelivered[0].targets == std::vector<std::string>{"chat", "ops"});
  const alerts::notice& n = *m.undelivered[0].notice.what;
  CHECK(n.kind == alerts::notice_kind::resolve);
  CHECK(n.what.key.subject == "s");
  CHECK(n.at == noon);
  CHECK(n.since == noon - 1h);
  CHECK(n.count == 7);
}

TEST_CASE("a notice stays until its last target has it") {
  const scratch s;
  auto store = open_or_fail(s.file());
  REQUIRE(store->commit({{}, {}, {queued(1, {"a", "b"}), queued(2, {"a"})}, {}}));
  REQUIRE(store->commit({{}, {}, {}, {{1, "a"}, {2, "a"}, {2, "never there"}}}));
  auto m = load_or_fail(*store);
  REQUIRE(m.undelivered.size() == 1);
  CHECK(m.undelivered[0].notice.id == 1);
  CHECK(m.undelivered[0].targets == std::vector<std::string>{"b"});
  REQUIRE(store->commit({{}, {}, {}, {{1, "b"}}}));
  CHECK(load_or_fail(*store).undelivered.empty());
}

TEST_CASE("an incident is replaced by its next state and forgotten when asked to") {
  const scratch s;
  auto store = open_or_fail(s.file());
  REQUIRE(store->commit({{}, {about("a"), about("b")}, {}, {}}));
  alerts::incident next = about("a");
  next.what.severity = alert_severity::critical;
  REQUIRE(store->commit({{about("b").what.key, next.what.key}, {next}, {}, {}}));
  const auto m = load_or_fail(*store);
  REQUIRE(m.incidents.size() == 1);
  CHECK(m.incidents[0].what.severity == alert_severity::critical);
}

TEST_CASE("another process may look while one writes") {
  const scratch s;
  auto writer = open_or_fail(s.file());
  REQUIRE(writer->commit({{}, {about("a")}, {}, {}}));
  auto reader = open_or_fail(s.file());
  CHECK(load_or_fail(*reader).incidents.size() == 1);
  REQUIRE(writer->commit({{}, {about("b")}, {}, {}}));
  CHECK(load_or_fail(*reader).incidents.size() == 2);
}

TEST_CASE("what was committed survives kill -9") {
  const scratch s;
  const pid_t child = fork();
  if (child == 0) {
    auto store = open_or_fail(s.file());
    for (std::uint64_t id = 1; id <= 20; ++id)
      static_cast<void>(store->commit({{}, {}, {queued(id, {"ops"})}, {}}));
    ::raise(SIGKILL);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  CHECK(load_or_fail(*open_or_fail(s.file())).undelivered.size() == 20);
}

TEST_CASE("a file of a newer schema, a folder and garbage are refused with advice") {
  const scratch s;
  {
    auto store = open_or_fail(s.file());
  }
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(s.file().c_str(), &db) == SQLITE_OK);
  REQUIRE(sqlite3_exec(db, "pragma user_version = 99", nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
  const auto newer = alert_store::open(s.file());
  REQUIRE_FALSE(newer);
  CHECK(newer.failure().message.find("newer Spillway") != std::string::npos);
  CHECK_FALSE(alert_store::open(s.folder));
  CHECK_FALSE(alert_store::open(s.folder + "/none/journal"));
}
