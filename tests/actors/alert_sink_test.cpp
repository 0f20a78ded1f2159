#include "actors/alert_sink.hpp"
#include "actors/budget.hpp"
#include "tests/support/virtual_system.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>
#include <catch2/catch.hpp>

#include <algorithm>

using namespace spillway;
using namespace std::chrono_literals;
using alerts::notice_kind;
using tests::virtual_system;

namespace {

constexpr nano_usd cent{nano_usd_per_usd / 100};

/// A sink over a real budget, a batcher and couriers that the test plays, and a journal that is a
/// memory in which changes are applied.
struct sink_world {
  virtual_system world;
  std::vector<alerts::notice> told; ///< to the receiver
  std::map<std::string, std::vector<deliver_notice>> delivered;
  std::function<delivery_reply(const deliver_notice&)> on_deliver = [](const deliver_notice&) {
    return delivery_reply{};
  };
  trace_status traces;
  std::vector<alerts::memory_change> changes;
  std::vector<alert_target> targets;
  alert_sink_self sink;
  budget_actor budget;
  langfuse_batcher_actor batcher;
  journal_actor journal;

  struct plan {
    std::vector<money::budget_rule> rules{};
    std::vector<int> levels{50, 80, 95, 100};
    alerts::memory memory{};
    std::vector<std::pair<std::string, alert_severity>> targets{};
    std::vector<money::restored_posting> restored{};
  };

  sink_world() : sink_world{plan{}} {}
  explicit sink_world(plan p) {
    caf::actor_system& system = world.system();
    actors::alert_sink_options o;
    o.receiver = [this](const alerts::notice& n) { told.push_back(n); };
    o.wall = world.wall();
    o.memory = std::move(p.memory);
    o.first_notice = 100;
    sink = system.spawn(actors::alert_sink, std::move(o));
    actors::budget_options b;
    b.rules = std::move(p.rules);
    b.wall = world.wall();
    b.alerts = sink;
    b.alert_levels = std::move(p.levels);
    b.restored = std::move(p.restored);
    budget = system.spawn(actors::budget, std::move(b));
    batcher = system.spawn([this]() -> langfuse_batcher_actor::behavior_type {
      return {[](const record_generation&) {}, [this](const flush_traces&) { return traces; },
              [this](get_trace_status) { return traces; }};
    });
    journal = system.spawn([this]() -> journal_actor::behavior_type {
      return {[](const record_intent&) { return journal_reply{true, {}}; },
              [](const record_settlement&) {},
              [](const record_lessons&) {},
              [](const load_leases&) { return leases_reply{}; },
              [this](const record_alerts& m) { changes.push_back(m.change); },
              [](const record_generation&) {},
              [](const watch_traces&) {},
              [](const load_traces&) { return traces_reply{}; },
              [](const end_traces&) {},
              [](const replace_trace&) {},
              [](get_trace_status) { return trace_status{}; }};
    });
    for (auto& [name, least] : p.targets)
      targets.push_back({name, least, spawn_courier(name)});
    world.self()->send(sink, watch_runtime{budget, batcher, journal, targets});
    world.settle();
  }
  ~sink_world() {
    for (const alert_target& t : targets)
      end(t.courier);
    end(sink);
    end(budget);
    end(batcher);
    end(journal);
  }

  template <class Handle>
  void end(const Handle& whom) {
    world.self()->send_exit(whom, caf::exit_reason::user_shutdown);
    world.settle();
  }

  alert_courier_actor spawn_courier(const std::string& name) {
    return world.system().spawn([this, name]() -> alert_courier_actor::behavior_type {
      return {[this, name](const deliver_notice& m) {
        delivered[name].push_back(m);
        return on_deliver(m);
      }};
    });
  }

  template <class Message>
  void say(Message m) {
    world.self()->send(sink, std::move(m));
    world.settle();
  }
  void raise(const std::string& rule, const std::string& subject = "gpt-4o",
             alert_severity severity = alert_severity::warning) {
    say(raise_alert{severity, rule, subject, "text"});
  }
  void call(alerts::call_result how, nano_usd cost = cent) {
    say(call_ended{{"gpt-4o", "search", how, 0s, cost}});
  }
  bool reserve(std::uint64_t id, nano_usd amount) {
    return world.ask<spend_reply>(budget, reserve_spend{{id}, {}, amount}).decision.reserved;
  }
  void settle(std::uint64_t id, nano_usd actual) {
    world.self()->send(budget, settle_spend{{id}, actual});
    world.settle();
  }

  int times(const std::string& rule, notice_kind kind = notice_kind::trigger) const {
    return static_cast<int>(std::ranges::count_if(told, [&](const alerts::notice& n) {
      return n.kind == kind && n.what.key.rule == rule;
    }));
  }
  alerts::memory kept() const {
    alerts::memory out;
    for (const alerts::memory_change& c : changes) {
      for (const alerts::finding_key& key : c.forgotten)
        std::erase_if(out.incidents, [&](const auto& i) { return i.what.key == key; });
      for (const alerts::incident& i : c.incidents) {
        std::erase_if(out.incidents, [&](const auto& old) { return old.what.key == i.what.key; });
        out.incidents.push_back(i);
      }
      out.undelivered.insert(out.undelivered.end(), c.queued.begin(), c.queued.end());
      for (const alerts::settled_delivery& d : c.settled)
        for (alerts::undelivered_notice& n : out.undelivered)
          if (n.notice.id == d.notice)
            std::erase(n.targets, d.target);
      std::erase_if(out.undelivered, [](const auto& n) { return n.targets.empty(); });
    }
    return out;
  }
};

money::budget_rule day_rule(std::int64_t dollars) {
  return {"global", {}, money::period::day, nano_usd{dollars * nano_usd_per_usd}};
}

} // namespace

TEST_CASE("an empty account is told once, however many calls it refuses") {
  sink_world w{{.rules = {day_rule(1)}}};
  for (std::uint64_t id = 1; id <= 500; ++id) {
    CHECK_FALSE(w.reserve(id, nano_usd{2 * nano_usd_per_usd}));
    w.world.advance(10s);
  }
  CHECK(w.times("budget_refuses") == 1);
  CHECK(w.told.size() == 1);
}

TEST_CASE("a storm of failures gives one notice and one resolve") {
  sink_world w;
  for (int i = 0; i < 2000; ++i) {
    const bool bad = i >= 500 && i < 1000;
    if (bad)
      w.raise("rate_limited_by_provider");
    w.call(bad ? alerts::call_result::failed : alerts::call_result::answered);
    w.world.advance(1s);
  }
  w.world.advance(1h);
  CHECK(w.times("error_rate") == 1);
  CHECK(w.times("error_rate", notice_kind::resolve) == 1);
  CHECK(w.times("rate_limited_by_provider") == 1);
  w.world.advance(12h);
  CHECK(w.times("rate_limited_by_provider", notice_kind::trigger) == 2);
  CHECK(w.times("rate_limited_by_provider", notice_kind::resolve) == 1);
  w.world.advance(48h);
  CHECK(w.told.size() == 5);
}

TEST_CASE("each level of a budget is told once a period on what is spent and reserved") {
  sink_world w{{.rules = {day_rule(10)}}};
  std::uint64_t id = 0;
  for (int minutes = 0; minutes < 36 * 60; ++minutes) {
    if (w.reserve(++id, nano_usd{50 * cent.value()}))
      w.settle(id, cent);
    w.world.advance(1min);
  }
  // From noon on: half of this day's money by 20:00, then a whole new day.
  std::vector<std::string> levels;
  for (const alerts::notice& n : w.told)
    if (n.kind == notice_kind::trigger && n.what.key.rule == "budget_used")
      levels.push_back(n.what.key.subject + ", " + n.what.key.period);
  CHECK(levels
        == std::vector<std::string>{
            "global day 2026-11-24, 50 %", "global day 2026-11-25, 50 %",
            "global day 2026-11-25, 80 %", "global day 2026-11-25, 95 %",
            "global day 2026-11-25, 100 %"});
}

TEST_CASE("a level of 99 % is told at 99 % and not earlier") {
  sink_world w{{.rules = {day_rule(15)}, .levels = {99}}};
  std::uint64_t id = 0;
  nano_usd used{};
  while (used < nano_usd{1484 * cent.value()}) {
    REQUIRE(w.reserve(++id, cent));
    w.settle(id, cent);
    used += cent;
  }
  w.world.advance(5min);
  CHECK(w.told.empty());
  REQUIRE(w.reserve(++id, cent)); // $14.85 of $15, the last cent only reserved
  w.world.settle();
  REQUIRE(w.told.size() == 1);
  CHECK(w.told[0].what.key.period == "99 %");
}

TEST_CASE("a budget that will not do is foreseen, in its own period") {
  sink_world w{{.rules = {day_rule(24)}, .levels = {}}};
  std::uint64_t id = 0;
  const auto spend_for = [&](int minutes, nano_usd each) {
    for (int m = 0; m < minutes; ++m) {
      REQUIRE(w.reserve(++id, each));
      w.settle(id, each);
      w.call(alerts::call_result::answered, each);
      w.world.advance(1min);
    }
  };
  // From noon, $0.60 an hour; then $6 an hour: $24 are gone hours before midnight.
  spend_for(120, cent);
  CHECK(w.times("budget_forecast") == 0);
  spend_for(100, nano_usd{10 * cent.value()});
  REQUIRE(w.times("budget_forecast") == 1);
  CHECK(w.told.back().what.text.find("before its period ends") != std::string::npos);
}

TEST_CASE("traces that nobody takes are told, and that they go again") {
  sink_world w;
  w.traces = {10, 0, 0};
  w.call(alerts::call_result::answered);
  w.world.advance(20min);
  CHECK(w.times("trace_lag") == 1);
  w.traces = {0, 10, 0};
  w.world.advance(20min);
  CHECK(w.times("trace_lag", notice_kind::resolve) == 1);
}

TEST_CASE("an end that a neighbour reports is told when it has lasted") {
  sink_world w;
  w.raise("journal_refused", "journal", alert_severity::critical);
  w.say(end_alert{"journal_refused", "journal"});
  w.world.advance(9min);
  CHECK(w.told.size() == 1);
  w.world.advance(2min);
  CHECK(w.times("journal_refused", notice_kind::resolve) == 1);
  CHECK(w.world.ask<alert_status>(w.sink, get_alert_status{}).open.empty());
}

TEST_CASE("each target hears what is grave enough for it, and not of its own trouble") {
  sink_world w{
      {.targets = {{"chat", alert_severity::notice}, {"pager", alert_severity::critical}}}};
  w.raise("slow");
  w.raise("unauthorized", "gpt-4o", alert_severity::critical);
  w.raise("alert_undelivered", alerts::subject_of_target("pager"), alert_severity::critical);
  CHECK(w.told.size() == 3);
  CHECK(w.delivered["chat"].size() == 3);
  REQUIRE(w.delivered["pager"].size() == 1);
  CHECK(w.delivered["pager"][0].notice.what->what.key.rule == "unauthorized");
  CHECK(w.kept().undelivered.empty());
}

TEST_CASE("what a target has not taken is kept, and offered again by the next run") {
  alerts::memory left;
  {
    sink_world w{{.targets = {{"chat", alert_severity::notice}, {"hook", alert_severity::notice}}}};
    w.on_deliver = [](const deliver_notice&) {
      return delivery_reply{alerts::delivery_end::postponed, {}};
    };
    w.raise("one");
    w.raise("two");
    CHECK(w.delivered["chat"].size() == 2);
    left = w.kept();
    REQUIRE(left.undelivered.size() == 2);
    CHECK(left.undelivered[0].targets.size() == 2);
  }
  sink_world next{{.memory = left, .targets = {{"chat", alert_severity::notice}}, .restored = {}}};
  REQUIRE(next.delivered["chat"].size() == 2);
  CHECK(next.delivered["chat"][0].notice.id == left.undelivered[0].notice.id);
  CHECK(next.told.empty());
  // `hook` is no target any more: what it lacks is let go.
  std::vector<alerts::settled_delivery> settled;
  for (const auto& c : next.changes)
    settled.insert(settled.end(), c.settled.begin(), c.settled.end());
  CHECK(settled.size() == 4);
}

TEST_CASE("after a restart a level that was told is not told again") {
  alerts::memory left;
  {
    sink_world w{{.rules = {day_rule(10)}}};
    REQUIRE(w.reserve(1, nano_usd{9 * nano_usd_per_usd}));
    w.world.settle();
    CHECK(w.times("budget_used") == 1);
    left = w.kept();
  }
  const wall_time now = virtual_system{}.wall()(virtual_system{}.now());
  const money::restored_posting spent{{1}, {}, now, nano_usd{9 * nano_usd_per_usd}, true, {}};
  sink_world next{{.rules = {day_rule(10)}, .memory = left, .restored = {spent}}};
  next.world.advance(1h);
  CHECK(next.told.empty());
  REQUIRE(next.reserve(2, nano_usd{nano_usd_per_usd}));
  next.world.settle();
  CHECK(next.times("budget_used") == 1);
  CHECK(next.told[0].what.key.period == "100 %");
  // The same without a memory of what was told.
  sink_world forgetful{{.rules = {day_rule(10)}, .restored = {spent}}};
  CHECK(forgetful.times("budget_used") == 1);
}

TEST_CASE("a flush waits for the targets, as long as it has patience") {
  sink_world w{{.targets = {{"chat", alert_severity::notice}}}};
  CHECK(w.world.ask<alert_status>(w.sink, flush_alerts{1h}).undelivered == 0);
  auto slow = w.world.system().spawn(
      [](alert_courier_actor::pointer self) -> alert_courier_actor::behavior_type {
        auto held = std::make_shared<std::vector<caf::typed_response_promise<delivery_reply>>>();
        return {[self, held](const deliver_notice&) -> caf::result<delivery_reply> {
          held->push_back(self->make_response_promise<delivery_reply>());
          return held->back();
        }};
      });
  w.say(watch_runtime{w.budget, w.batcher, w.journal, {{"slow", alert_severity::notice, slow}}});
  w.raise("one");
  auto pending = w.world.self()->request(w.sink, caf::infinite, flush_alerts{5s});
  w.world.advance(4s);
  CHECK(w.world.ask<alert_status>(w.sink, get_alert_status{}).undelivered == 1);
  w.world.advance(2s);
  bool answered = false;
  pending.receive([&](const alert_status& m) { answered = m.undelivered == 1; },
                  [](const caf::error&) {});
  CHECK(answered);
  w.end(slow);
}

TEST_CASE("nothing is told, and nothing lost, before it is known whom to tell") {
  virtual_system world;
  std::vector<alerts::notice> told;
  actors::alert_sink_options o;
  o.receiver = [&](const alerts::notice& n) { told.push_back(n); };
  o.wall = world.wall();
  auto sink = world.system().spawn(actors::alert_sink, std::move(o));
  world.self()->send(sink, raise_alert{alert_severity::warning, "early", "x", "text"});
  world.advance(1min);
  CHECK(told.empty());
  world.self()->send(sink, watch_runtime{});
  world.settle();
  CHECK(told.size() == 1);
  world.self()->send_exit(sink, caf::exit_reason::user_shutdown);
  world.settle();
}

TEST_CASE("a sink that nothing happens to lets time stand still") {
  sink_world w{{.rules = {day_rule(10)}}};
  CHECK_FALSE(w.world.step());
  w.call(alerts::call_result::answered);
  int steps = 0;
  while (w.world.step())
    ++steps;
  CHECK(steps > 10);
  CHECK(steps < 300);
  CHECK(w.told.empty());
}
