#include "actors/journal.hpp"
#include "actors/langfuse_batcher.hpp"
#include "core/bounds.hpp"
#include "core/report/generation.hpp"
#include "tests/support/alert_record.hpp"
#include "tests/support/virtual_http.hpp"

#include <caf/event_based_actor.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

using namespace spillway;
using namespace std::chrono_literals;
using tests::virtual_http;
using tests::virtual_system;

namespace {

wire::http_response status_code(int status) {
  wire::http_response r;
  r.status = status;
  return r;
}

/// A batcher and its spool, before a receiver that the test plays. A trace is a letter, repeated.
struct batcher_world {
  virtual_system world;
  std::vector<wire::http_request> received;
  std::function<transport::http_server_reply(const wire::http_request&)> answer =
      [](const wire::http_request&) { return status_code(200); };
  tests::alert_record alerts;
  std::shared_ptr<virtual_http> http;
  std::shared_ptr<storage::journal> file;
  std::size_t bytes_each = 1;
  alert_sink_actor sink;
  journal_actor spool;
  langfuse_batcher_actor batcher;

  explicit batcher_world(std::size_t bytes = 1, std::size_t spool_bytes_max = 1 << 30)
      : bytes_each{bytes} {
    http = std::make_shared<virtual_http>(
        world,
        [this](wire::http_request request, const transport::http_responder& reply) {
          received.push_back(request);
          reply(answer(request));
        },
        1);
    auto opened = storage::journal::open(":memory:", spool_bytes_max);
    REQUIRE(opened);
    file = std::move(*opened);
    sink = alerts.spawn_in(world.system());
    start();
  }

  ~batcher_world() {
    stop();
    end(sink);
  }

  void start() {
    actors::journal_options j;
    j.file = file;
    j.alerts = sink;
    j.wall = world.wall();
    j.encode_trace = [this](const report::generation& g) {
      return std::string(bytes_each, static_cast<char>('a' + g.attempt));
    };
    spool = world.system().spawn(actors::journal, std::move(j));
    actors::langfuse_batcher_options o;
    o.http = http;
    o.queue = {4, 1s, 4, 7};
    o.alerts = sink;
    o.spool = spool;
    o.join = [](const std::vector<std::string_view>& traces) {
      std::string body;
      for (const std::string_view t : traces)
        body += t;
      return body;
    };
    o.shorten = [](std::string_view trace) {
      return trace.size() > 8 ? std::optional{std::string{trace.substr(0, 8)}} : std::nullopt;
    };
    batcher = world.system().spawn(actors::langfuse_batcher, std::move(o));
    world.settle();
  }

  /// As a crash does: what the actors knew is gone, what the file has is there.
  void crash_and_start() {
    stop();
    start();
  }

  void stop() {
    end(batcher);
    end(spool);
  }

  template <class Handle>
  void end(const Handle& whom) {
    world.self()->send_exit(whom, caf::exit_reason::user_shutdown);
    world.settle();
  }

  void record(int attempt) {
    auto g = std::make_shared<report::generation>();
    g->attempt = attempt;
    world.self()->send(batcher, record_generation{std::move(g)});
    world.advance(bounds::journal_commit_wait_max);
  }
  void record_up_to(int last) {
    for (int i = 1; i <= last; ++i)
      record(i);
  }
  trace_status status() { return world.ask<trace_status>(batcher, get_trace_status{}); }
  bool told(const std::string& rule) const {
    return std::ranges::count(alerts.raised, rule, &raise_alert::rule) > 0;
  }
};

} // namespace

TEST_CASE("traces go out by number at once, and by time when there are few") {
  batcher_world w;
  w.record_up_to(4);
  w.world.advance(200ms);
  REQUIRE(w.received.size() == 1);
  CHECK(w.received[0].body == "bcde");
  w.record(5);
  w.world.advance(500ms);
  CHECK(w.received.size() == 1);
  w.world.advance(1s);
  CHECK(w.received.size() == 2);
  CHECK(w.status().delivered == 5);
  CHECK(w.status().pending == 0);
}

TEST_CASE("an hour without Langfuse loses nothing and tells the operator once") {
  batcher_world w;
  w.answer = [](const wire::http_request&) { return status_code(503); };
  w.record_up_to(4);
  w.world.advance(1h);
  CHECK(w.status().pending == 4);
  CHECK(w.received.size() > 50);
  CHECK(w.received.size() < 400);
  CHECK(w.alerts.raised.size() == 1);
  w.answer = [](const wire::http_request&) { return status_code(200); };
  w.world.advance(2min);
  CHECK(w.status().delivered == 4);
  CHECK(w.received.back().body == w.received.front().body);
  REQUIRE(w.alerts.ended.size() == 1);
  CHECK(w.alerts.ended[0].rule == "traces_delayed");
}

TEST_CASE("an hour of calls without Langfuse, and a crash in it, lose nothing") {
  batcher_world w{20};
  w.http->refuse_connections(true);
  for (int minute = 0; minute < 60; ++minute) {
    for (int i = 0; i < 10; ++i)
      w.record(i);
    w.world.advance(1min);
    if (minute == 31)
      w.crash_and_start();
  }
  CHECK(w.received.empty());
  CHECK(w.status().pending == 600);
  w.http->refuse_connections(false);
  w.world.advance(5min);
  CHECK(w.status().pending == 0);
  std::size_t bytes = 0;
  for (const wire::http_request& r : w.received)
    bytes += r.body.size();
  CHECK(bytes == 600 * 20);
}

TEST_CASE("what was sent and not acknowledged when the runtime died is sent again in its bytes") {
  batcher_world w;
  w.answer = [](const wire::http_request&) { return transport::http_connection_fault::stall; };
  w.record_up_to(4);
  w.world.advance(1s);
  REQUIRE(w.received.size() == 1);
  w.answer = [](const wire::http_request&) { return status_code(200); };
  w.crash_and_start();
  w.world.advance(2s);
  REQUIRE(w.received.size() == 2);
  CHECK(w.received[1].body == w.received[0].body);
  CHECK(w.status().pending == 0);
}

TEST_CASE("an answer that never comes is as good as none: the same bytes go again") {
  batcher_world w;
  w.answer = [&](const wire::http_request&) -> transport::http_server_reply {
    if (w.received.size() == 1)
      return transport::http_connection_fault::stall;
    return status_code(200);
  };
  w.record_up_to(4);
  w.world.advance(2min);
  REQUIRE(w.received.size() == 2);
  CHECK(w.received[1].body == w.received[0].body);
  CHECK(w.status().delivered == 4);
}

TEST_CASE("a receiver says when it wants to be asked again") {
  batcher_world w;
  w.answer = [](const wire::http_request&) {
    auto r = status_code(429);
    r.headers.add("Retry-After", "300");
    return r;
  };
  w.record_up_to(4);
  w.world.advance(4min);
  CHECK(w.received.size() == 1);
  w.world.advance(2min);
  CHECK(w.received.size() == 2);
  CHECK(w.status().pending == 4);
}

TEST_CASE("keys that are refused, and a server that takes no traces this way, cost no trace") {
  const int status = GENERATE(401, 403, 404, 207);
  batcher_world w;
  w.answer = [status](const wire::http_request&) { return status_code(status); };
  w.record_up_to(4);
  w.world.advance(30min);
  CHECK(w.received.size() > 20);
  CHECK(w.received.size() < 40);
  CHECK(w.status().pending == 4);
  CHECK(std::ranges::count(w.alerts.raised, "traces_refused", &raise_alert::rule) == 1);
  CHECK(w.alerts.raised.at(0).severity == alert_severity::critical);
  w.answer = [](const wire::http_request&) { return status_code(200); };
  w.world.advance(2min);
  CHECK(w.status().delivered == 4);
}

TEST_CASE("a trace that is refused for good is found and put aside, its neighbours are delivered") {
  batcher_world w;
  w.answer = [](const wire::http_request& r) {
    return status_code(r.body.find('d') == std::string::npos ? 200 : 400);
  };
  w.record_up_to(4);
  w.world.advance(1min);
  CHECK(w.status().delivered == 3);
  CHECK(w.status().dead == 1);
  CHECK(w.status().pending == 0);
  CHECK(w.told("trace_refused"));
}

TEST_CASE("an export is never larger than a proxy would take") {
  batcher_world w{bounds::trace_batch_bytes_max / 3};
  w.record_up_to(4);
  w.world.advance(1min);
  CHECK(w.status().delivered == 4);
  for (const wire::http_request& r : w.received)
    CHECK(r.body.size() <= bounds::trace_batch_bytes_max);
}

TEST_CASE(
    "a proxy that takes less gets less, and a trace that is too large alone loses its texts") {
  batcher_world w{20};
  w.answer = [](const wire::http_request& r) {
    return status_code(r.body.size() > 16 ? 413 : 200);
  };
  w.record_up_to(4);
  w.world.advance(1min);
  CHECK(w.status().delivered == 4);
  CHECK(w.status().dead == 0);
  std::set<char> delivered;
  for (const wire::http_request& r : w.received)
    if (r.body.size() <= 16)
      delivered.insert(r.body.begin(), r.body.end());
  CHECK(delivered == std::set{'b', 'c', 'd', 'e'});
}

TEST_CASE("a full spool drops the oldest traces, counts them and says so") {
  batcher_world w{10, 40};
  w.http->refuse_connections(true);
  w.record_up_to(6);
  w.world.advance(1s);
  CHECK(w.status().pending == 4);
  CHECK(w.status().dead == 2);
  CHECK(w.told("traces_lost"));
}

TEST_CASE("a flush is answered when nothing is pending, or when patience is over") {
  batcher_world w;
  bool answered = false;
  trace_status reached;
  const auto flush = [&] {
    answered = false;
    w.world.system().spawn([&](caf::event_based_actor* self) {
      self->request(w.batcher, caf::infinite, flush_traces{10s}).then([&](const trace_status& s) {
        answered = true;
        reached = s;
      });
    });
  };
  w.record(1);
  flush();
  w.world.advance(300ms);
  CHECK(answered);
  CHECK(reached.delivered == 1);
  flush();
  w.world.advance(1ms);
  CHECK(answered);
  w.answer = [](const wire::http_request&) { return status_code(500); };
  w.record(2);
  flush();
  w.world.advance(9s);
  CHECK_FALSE(answered);
  w.world.advance(70s);
  CHECK(answered);
  CHECK(reached.pending == 1);
}
