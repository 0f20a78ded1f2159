#include "actors/langfuse_batcher.hpp"
#include "core/bounds.hpp"
#include "core/report/generation.hpp"
#include "tests/support/alert_record.hpp"
#include "tests/support/virtual_http.hpp"

#include <caf/event_based_actor.hpp>
#include <catch2/catch.hpp>

using namespace spillway;
using namespace std::chrono_literals;
using tests::virtual_http;
using tests::virtual_system;

namespace {

/// A batcher whose exports are lists of attempt numbers, before a receiver that the test plays.
struct batcher_world {
  virtual_system world;
  std::vector<wire::http_request> received;
  std::function<wire::http_response(const wire::http_request&)> answer =
      [](const wire::http_request&) { return wire::http_response{}; };
  tests::alert_record alerts;
  std::shared_ptr<virtual_http> http;
  alert_sink_actor sink;
  langfuse_batcher_actor batcher;

  explicit batcher_world(std::size_t bytes_each = 1) {
    http = std::make_shared<virtual_http>(
        world,
        [this](wire::http_request request, const transport::http_responder& reply) {
          received.push_back(request);
          reply(answer(request));
        },
        1);
    sink = alerts.spawn_in(world.system());
    actors::langfuse_batcher_options o;
    o.http = http;
    o.queue = {4, 1s, 4, 7};
    o.alerts = sink;
    o.encode = [bytes_each](std::span<const report::trace_queue::item> batch) {
      std::string body;
      for (const auto& g : batch)
        body += std::string(bytes_each, static_cast<char>('0' + g->attempt));
      return body;
    };
    batcher = world.system().spawn(actors::langfuse_batcher, std::move(o));
  }
  ~batcher_world() {
    world.self()->send_exit(batcher, caf::exit_reason::user_shutdown);
    world.self()->send_exit(sink, caf::exit_reason::user_shutdown);
    world.settle();
  }

  void record(int attempt) {
    auto g = std::make_shared<report::generation>();
    g->attempt = attempt;
    world.self()->send(batcher, record_generation{std::move(g)});
    world.settle();
  }
  trace_status status() { return world.ask<trace_status>(batcher, get_trace_status{}); }
};

wire::http_response status_code(int status) {
  wire::http_response r;
  r.status = status;
  return r;
}

} // namespace

TEST_CASE("traces go out by number at once, and by time when there are few") {
  batcher_world w;
  for (int i = 1; i <= 4; ++i)
    w.record(i);
  w.world.advance(200ms);
  REQUIRE(w.received.size() == 1);
  CHECK(w.received[0].body == "1234");
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
  for (int i = 1; i <= 4; ++i)
    w.record(i);
  w.world.advance(1h);
  CHECK(w.status().pending == 4);
  CHECK(w.received.size() > 50);
  CHECK(w.received.size() < 400);
  CHECK(w.alerts.raised.size() == 1);
  w.answer = [](const wire::http_request&) { return wire::http_response{}; };
  w.world.advance(2min);
  CHECK(w.status().delivered == 4);
  CHECK(w.received.back().body == w.received.front().body);
}

TEST_CASE("a refused connection is as good as a refusal") {
  batcher_world w;
  w.http->refuse_connections(true);
  w.record(1);
  w.world.advance(10s);
  CHECK(w.status().pending == 1);
  w.http->refuse_connections(false);
  w.world.advance(2min);
  CHECK(w.status().delivered == 1);
}

TEST_CASE("a trace that is refused for good is found and dropped, its neighbours are delivered") {
  batcher_world w;
  w.answer = [](const wire::http_request& r) {
    return status_code(r.body.find('3') == std::string::npos ? 200 : 400);
  };
  for (int i = 1; i <= 4; ++i)
    w.record(i);
  w.world.advance(1min);
  CHECK(w.status().delivered == 3);
  CHECK(w.status().dead == 1);
  CHECK(w.status().pending == 0);
}

TEST_CASE("an export is never larger than a proxy would take") {
  batcher_world w{bounds::trace_batch_bytes_max / 3};
  for (int i = 1; i <= 4; ++i)
    w.record(i);
  w.world.advance(1min);
  CHECK(w.status().delivered == 4);
  for (const wire::http_request& r : w.received)
    CHECK(r.body.size() <= bounds::trace_batch_bytes_max);
}

TEST_CASE("a flush is answered when nothing is pending, or when patience is over") {
  batcher_world w;
  w.record(1);
  bool answered = false;
  trace_status reached;
  w.world.system().spawn([&](caf::event_based_actor* self) {
    self->request(w.batcher, caf::infinite, flush_traces{10s}).then([&](const trace_status& s) {
      answered = true;
      reached = s;
    });
  });
  w.world.advance(300ms);
  CHECK(answered);
  CHECK(reached.delivered == 1);
  w.answer = [](const wire::http_request&) { return status_code(500); };
  w.record(2);
  answered = false;
  w.world.system().spawn([&](caf::event_based_actor* self) {
    self->request(w.batcher, caf::infinite, flush_traces{10s}).then([&](const trace_status& s) {
      answered = true;
      reached = s;
    });
  });
  w.world.advance(9s);
  CHECK_FALSE(answered);
  w.world.advance(70s);
  CHECK(answered);
  CHECK(reached.pending == 1);
}
