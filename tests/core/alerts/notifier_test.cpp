#include "core/alerts/notifier.hpp"
#include "core/bounds.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <set>

using namespace spillway;
using namespace spillway::alerts;
using namespace std::chrono_literals;

namespace {

const wall_time start = wall_time_from_unix_nanos(1'795'478'400LL * 1'000'000'000);

finding about(const std::string& subject, const std::string& rule = "error_rate") {
  return {{rule, subject, {}}, alert_severity::warning, "text"};
}

int count(const std::vector<notice>& notices, notice_kind kind) {
  return static_cast<int>(
      std::ranges::count_if(notices, [&](const notice& n) { return n.kind == kind; }));
}

} // namespace

TEST_CASE("what goes on is told once, again after six hours, and when it has ended for good") {
  notifier n;
  n.begin(about("m"), start);
  CHECK(count(n.take(start), notice_kind::trigger) == 1);
  CHECK(n.take(start + 5h).empty());
  CHECK(count(n.take(start + 6h), notice_kind::trigger) == 1);
  n.end(about("m").key, start + 7h);
  CHECK(n.take(start + 7h + 9min).empty());
  const auto over = n.take(start + 7h + 10min);
  REQUIRE(over.size() == 1);
  CHECK(over[0].kind == notice_kind::resolve);
  CHECK(over[0].since == start);
  CHECK(n.size() == 0);
  CHECK_FALSE(n.due());
}

TEST_CASE("an end that lasts less than ten minutes is none") {
  notifier n;
  n.begin(about("m"), start);
  n.take(start);
  for (int i = 1; i < 60; ++i) {
    const wall_time now = start + i * 3min;
    if (i % 2 == 0)
      n.begin(about("m"), now);
    else
      n.end(about("m").key, now);
    CHECK(n.take(now).empty());
  }
}

TEST_CASE("what happens a thousand times is told once, with the number at the next time") {
  notifier n;
  std::vector<notice> all;
  for (int i = 0; i < 1000; ++i) {
    const wall_time now = start + i * 30s;
    n.happened(about("m", "rate_limited_by_provider"), now);
    for (notice& told : n.take(now))
      all.push_back(std::move(told));
  }
  REQUIRE(all.size() == 2);
  CHECK(all[0].count == 1);
  CHECK(all[1].count == 720);
}

TEST_CASE("what has not happened again for six hours is told to be over, and is news after that") {
  notifier n;
  n.happened(about("m"), start);
  n.take(start);
  n.happened(about("m"), start + 1h);
  CHECK(n.take(start + 5h).empty());
  CHECK(count(n.take(start + 6h), notice_kind::trigger) == 1);
  CHECK(count(n.take(start + 12h), notice_kind::resolve) == 1);
  CHECK(n.size() == 0);
  n.happened(about("m"), start + 13h);
  CHECK(count(n.take(start + 13h), notice_kind::trigger) == 1);
}

TEST_CASE("what happens again and again is over soon after somebody says so") {
  notifier n;
  n.happened(about("journal"), start);
  CHECK(n.take(start).size() == 1);
  n.end(about("journal").key, start + 1min);
  n.happened(about("journal"), start + 2min);
  CHECK(n.take(start + 11min).empty());
  n.end(about("journal").key, start + 20min);
  CHECK(count(n.take(start + 30min), notice_kind::resolve) == 1);
  CHECK_FALSE(n.due());
}

TEST_CASE("past twenty an hour the rest comes in digests by subject") {
  notifier n;
  for (int i = 0; i < 50; ++i)
    n.begin(about("model " + std::to_string(i % 5), "rule" + std::to_string(i)), start);
  const auto first = n.take(start);
  CHECK(count(first, notice_kind::trigger) == 20);
  REQUIRE(count(first, notice_kind::digest) == 1);
  CHECK(first.back().what.text.find("30 more alerts") != std::string::npos);
  CHECK(std::ranges::count(first.back().what.text, '\n') == 5);
  CHECK(n.take(start + 30min).empty());
}

TEST_CASE("only what was told by itself is resolved by itself") {
  notifier n{{.per_hour_max = 2}};
  for (const char* subject : {"a", "b", "c"}) {
    n.begin(about(subject), start);
    n.take(start);
  }
  for (const char* subject : {"a", "b", "c"})
    n.end(about(subject).key, start + 1min);
  CHECK(count(n.take(start + 20min), notice_kind::resolve) == 2);
}

TEST_CASE("what must be told once in a period is never repeated within it, over or not") {
  finding f = about("global day 2026-11-24", "budget_used");
  f.once_until = start + 24h;
  notifier n;
  int triggers = 0;
  int resolves = 0;
  const auto look = [&](wall_time now) {
    const auto told = n.take(now);
    triggers += count(told, notice_kind::trigger);
    resolves += count(told, notice_kind::resolve);
  };
  for (int h = 0; h < 24; ++h) {
    if (h % 8 == 0)
      n.begin(f, start + h * 1h);
    if (h % 8 == 4)
      n.end(f.key, start + h * 1h);
    look(start + h * 1h);
  }
  CHECK(triggers == 1);
  CHECK(resolves == 1);
  look(start + 24h);
  CHECK(n.size() == 0);
  CHECK_FALSE(n.due());
}

TEST_CASE("a period's end ends what was found in it") {
  finding f = about("global day 2026-11-24", "budget_used");
  f.once_until = start + 24h;
  notifier n;
  n.begin(f, start);
  CHECK(n.take(start).size() == 1);
  CHECK(n.due() == start + 24h);
  CHECK(count(n.take(start + 24h), notice_kind::resolve) == 1);
  CHECK_FALSE(n.due());
}

TEST_CASE("a restart repeats nothing, and ends what is not found again") {
  finding level = about("global day 2026-11-24", "budget_used");
  level.once_until = start + 24h;
  std::map<finding_key, incident> kept;
  const auto keep = [&](notifier& n) {
    const auto changes = n.take_changes();
    for (const finding_key& key : changes.forgotten)
      kept.erase(key);
    for (const incident& i : changes.kept)
      kept[i.what.key] = i;
  };
  const auto all = [&] {
    std::vector<incident> out;
    for (const auto& entry : kept)
      out.push_back(entry.second);
    return out;
  };
  notifier first;
  first.begin(level, start);
  first.begin(about("m"), start);
  first.happened(about("n"), start);
  CHECK(first.take(start).size() == 3);
  keep(first);
  REQUIRE(kept.size() == 3);

  notifier second;
  second.restore(all(), start + 1h);
  second.begin(level, start + 1h);
  second.happened(about("n"), start + 1h);
  CHECK(second.take(start + 1h).empty());
  const auto over = second.take(start + 1h + 20min);
  REQUIRE(over.size() == 1);
  CHECK(over[0].kind == notice_kind::resolve);
  CHECK(over[0].what.key.subject == "m");
  second.end(level.key, start + 2h);
  CHECK(count(second.take(start + 3h), notice_kind::resolve) == 1);
  keep(second);

  notifier third;
  third.restore(all(), start + 4h);
  third.begin(level, start + 4h);
  CHECK(third.take(start + 4h).empty());
  for (int h = 5; h <= 24; ++h)
    static_cast<void>(third.take(start + h * 1h));
  keep(third);
  CHECK(kept.empty());
}

TEST_CASE("whatever happens, an hour brings at most its number and a few digests") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random{seed};
    notifier n;
    std::vector<wall_time> triggers;
    std::vector<wall_time> digests;
    std::map<std::string, wall_time> told;
    std::set<std::string> open;
    for (int m = 0; m < 48 * 60; ++m) {
      const wall_time now = start + m * 1min;
      for (int i = 0; i < 5; ++i) {
        const finding f = about("s" + std::to_string(random() % 40));
        const auto what = random() % 3;
        if (what == 0)
          n.begin(f, now);
        else if (what == 1)
          n.end(f.key, now);
        else
          n.happened(f, now);
      }
      for (const notice& x : n.take(now)) {
        const std::string key = dedup_key(x);
        if (x.kind == notice_kind::digest)
          digests.push_back(now);
        if (x.kind == notice_kind::resolve)
          CHECK(open.erase(key) == 1);
        if (x.kind != notice_kind::trigger)
          continue;
        // The same thing again: only after hours, or after it was told to be over.
        if (open.contains(key))
          CHECK(now - told.at(key) >= 6h);
        open.insert(key);
        told[key] = now;
        triggers.push_back(now);
      }
    }
    REQUIRE(triggers.size() > 20);
    for (std::size_t i = 20; i < triggers.size(); ++i)
      CHECK(triggers[i] - triggers[i - 20] >= 1h);
    for (std::size_t i = 1; i < digests.size(); ++i)
      CHECK(digests[i] - digests[i - 1] >= 15min);
  }
}

TEST_CASE("a thousand thousand subjects stay within the bound") {
  notifier n;
  for (std::size_t i = 0; i < 3 * bounds::alert_incidents_max; ++i) {
    n.happened(about(std::to_string(i)), start + static_cast<int>(i) * 1ms);
    CHECK(n.size() <= bounds::alert_incidents_max);
  }
}

TEST_CASE("keys stay within what receivers take, and stay apart") {
  notice a{notice_kind::trigger, about(std::string(400, 'x') + "a"), start, start, 1};
  notice b{notice_kind::trigger, about(std::string(400, 'x') + "b"), start, start, 1};
  CHECK(dedup_key(a).size() <= bounds::alert_key_bytes_max);
  CHECK(dedup_key(a) != dedup_key(b));
}
