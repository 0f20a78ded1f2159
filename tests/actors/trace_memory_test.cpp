#include "actors/trace_memory.hpp"
#include "tests/support/alert_record.hpp"
#include "tests/support/virtual_system.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <vector>

using namespace spillway;
using namespace std::chrono_literals;
using tests::virtual_system;

namespace {

/// A spool of traces of ten bytes and somebody who watches it.
struct memory_world {
  virtual_system world;
  tests::alert_record alerts;
  alert_sink_actor sink;
  trace_spool_actor spool;
  trace_watcher_actor watcher;
  std::vector<std::size_t> heard;

  explicit memory_world(std::size_t bytes_max) {
    sink = alerts.spawn_in(world.system());
    spool = world.system().spawn(
        actors::trace_memory,
        actors::trace_memory_options{bytes_max, sink, world.wall(), [](const auto& g) {
                                       return std::string(10, static_cast<char>('a' + g.attempt));
                                     }});
    watcher = world.system().spawn([this]() -> trace_watcher_actor::behavior_type {
      return {[this](const traces_waiting& m) { heard.push_back(m.count); }};
    });
    tell(watch_traces{watcher});
  }

  ~memory_world() {
    world.self()->send_exit(spool, caf::exit_reason::user_shutdown);
    world.self()->send_exit(watcher, caf::exit_reason::user_shutdown);
    world.self()->send_exit(sink, caf::exit_reason::user_shutdown);
    world.settle();
  }

  template <class Message>
  void tell(Message m) {
    world.self()->send(spool, std::move(m));
    world.settle();
  }

  void record(int attempt) {
    auto g = std::make_shared<report::generation>();
    g->attempt = attempt;
    tell(record_generation{std::move(g)});
  }
};

} // namespace

TEST_CASE("who watches the traces in memory hears of each change, and of those already there") {
  memory_world w{1000};
  w.record(0);
  w.record(1);
  w.tell(end_traces{{{1, report::trace_ending::delivered, {}}}});
  CHECK(w.heard == std::vector<std::size_t>{0, 1, 2, 1});
}

TEST_CASE("a full memory of traces tells the operator how many it dropped") {
  memory_world w{30};
  for (int i = 0; i < 5; ++i)
    w.record(i);
  REQUIRE(w.alerts.raised.size() == 2);
  CHECK(w.alerts.raised.front().rule == "traces_lost");
}

TEST_CASE("traces in memory are read until they are ended, and counted") {
  memory_world w{1000};
  w.record(0);
  w.record(1);
  w.tell(replace_trace{{2, "b"}});
  const auto loaded = w.world.ask<traces_reply>(w.spool, load_traces{10, 1000});
  REQUIRE(loaded.traces);
  REQUIRE(loaded.traces->size() == 2);
  CHECK(loaded.traces->back().bytes == "b");
  CHECK(loaded.status.pending_bytes == 11);
  w.tell(end_traces{{{1, report::trace_ending::delivered, {}},
                     {2, report::trace_ending::refused, "too large"}}});
  const auto status = w.world.ask<trace_status>(w.spool, get_trace_status{});
  CHECK(status.pending == 0);
  CHECK(status.delivered == 1);
  CHECK(status.dead == 1);
}
