#include "core/bounds.hpp"
#include "gateway/stream_relay.hpp"
#include "tests/support/virtual_system.hpp"

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <catch2/catch.hpp>

#include <optional>

using namespace spillway;
using namespace std::chrono_literals;
using gateway::explain_log_actor;
using tests::virtual_system;

namespace {

/// A router that a test can make answer.
using held_router = router_actor::extend<caf::reacts_to<completion_reply>>;

/// A relay between a router that the test speaks for and a connection that reads when it says so.
struct relay_world {
  virtual_system world;
  delta_sink_actor relay; ///< as the router knows it
  std::optional<caf::typed_response_promise<completion_reply>> asked;
  std::vector<request_id> cancelled;
  std::optional<transport::http_streamed_reply> streamed;
  std::optional<wire::http_response> whole;
  std::optional<wire::http_response> copy;
  std::function<void()> leave;
  int taken = 0; ///< deliveries that the relay has answered
  held_router router;
  explain_log_actor log;
  std::vector<caf::actor> providers;

  explicit relay_world(bool with_copy = false) {
    router = world.system().spawn([this](held_router::pointer self) -> held_router::behavior_type {
      return {[this, self](const run_completion& m) -> caf::result<completion_reply> {
                relay = m.sink;
                asked = self->make_response_promise<completion_reply>();
                return *asked;
              },
              [](const plan_completion&) { return completion_plan{}; },
              [](const record_feedback&) {},
              [](take_request_id) { return request_id_reply{{7}}; },
              [this](const cancel_completion& m) { cancelled.push_back(m.id); },
              [](get_router_status) { return router_status{}; },
              [](const drain_requests&) { return drain_reply{}; },
              [this](const completion_reply& m) { asked->deliver(m); }};
    });
    log = world.system().spawn(gateway::explain_log, router);
    gateway::reply_relay_options o;
    o.router = router;
    o.wall = world.wall();
    o.spoken = &gateway::chat_completions_api();
    o.call.request.chat = std::make_shared<const chat_request>();
    o.call.stream = true;
    o.explained = log;
    o.reply = transport::http_responder{
        [this](transport::http_server_reply r) {
          if (auto* s = std::get_if<transport::http_streamed_reply>(&r))
            streamed = std::move(*s);
          else
            whole = std::get<wire::http_response>(std::move(r));
        },
        [this](std::function<void()> gone) { leave = std::move(gone); }};
    if (with_copy)
      o.copy = transport::http_responder{[this](transport::http_server_reply r) {
        copy = std::get<wire::http_response>(std::move(r));
      }};
    world.system().spawn(gateway::stream_relay, std::move(o));
    world.settle();
  }
  ~relay_world() {
    relay = delta_sink_actor{};
    world.self()->send_exit(router, caf::exit_reason::user_shutdown);
    for (const caf::actor& p : providers)
      world.self()->send_exit(p, caf::exit_reason::user_shutdown);
    world.settle();
  }

  void deliver(const std::string& text) {
    auto deltas = std::make_shared<std::vector<chat_delta>>(1);
    deltas->front().text = text;
    providers.push_back(world.system().spawn([this, deltas](caf::event_based_actor* self) {
      self->request(relay, caf::infinite, deliver_deltas{{7}, {"m"}, deltas})
          .then([this](deltas_taken) { ++taken; });
    }));
    world.settle();
  }

  /// The connection takes what there is, and brings it to the caller.
  std::string read() {
    const auto part = streamed->body->take();
    streamed->body->written(part.bytes.size());
    world.settle();
    return part.bytes;
  }

  void answer(completion_status status = completion_status::answered) {
    completion_reply r;
    r.id = {7};
    r.status = status;
    r.model = {"m"};
    if (status == completion_status::answered)
      r.reply = std::make_shared<const chat_reply>();
    r.cost.total = nano_usd{1'000};
    world.self()->send(router, std::move(r));
    world.settle();
  }
};

} // namespace

TEST_CASE("a provider is held back for as long as a caller does not read") {
  relay_world w;
  w.deliver("a few words");
  CHECK(w.taken == 1);
  const std::string much(bounds::delta_window_bytes, 'x');
  w.deliver(much);
  CHECK(w.taken == 1);
  w.world.advance(1h); // however long that is
  CHECK(w.taken == 1);
  const std::string got = w.read();
  CHECK(got.find("a few words") < got.find("xxx"));
  CHECK(w.taken == 2);
  w.deliver(much);
  CHECK(w.taken == 2);
  w.read();
  CHECK(w.taken == 3);
  w.answer();
  CHECK(w.read().ends_with("data: [DONE]\n\n"));
}

TEST_CASE("a caller that leaves cancels its request and holds nobody back") {
  relay_world w;
  w.deliver(std::string(bounds::delta_window_bytes, 'x'));
  CHECK(w.taken == 0);
  w.leave();
  w.world.settle();
  CHECK(w.cancelled == std::vector<request_id>{{7}});
  CHECK(w.taken == 1);
  w.deliver(std::string(bounds::delta_window_bytes, 'x'));
  CHECK(w.taken == 2);
  w.answer(completion_status::cancelled);
}

TEST_CASE("what a stream took is known to who looks after it, whole or cut") {
  for (const completion_status how :
       {completion_status::answered, completion_status::upstream_failed}) {
    relay_world w;
    w.deliver("hello");
    std::optional<transport::http_body::summary> told;
    w.streamed->body->on_end([&](const transport::http_body::summary& s) { told = s; });
    w.answer(how);
    const std::string rest = w.read();
    CHECK(rest.find(": spillway cost_usd=0.000001 ") != std::string::npos);
    w.streamed->body->close();
    REQUIRE(told);
    CHECK(told->whole);
    CHECK(told->fields.find("x-spillway-cost-usd") == "0.000001");
  }
}

TEST_CASE("a copy of a stream is all that was written, or the error that came instead") {
  relay_world good{true};
  good.deliver("hello");
  const std::string begun = good.read();
  CHECK_FALSE(good.copy);
  good.answer();
  REQUIRE(good.copy);
  CHECK(good.copy->status == 200);
  CHECK(good.copy->body == begun + good.read());
  CHECK(good.copy->headers.find("Content-Type").starts_with("text/event-stream"));

  relay_world broken{true};
  broken.deliver("hello");
  broken.answer(completion_status::upstream_failed);
  REQUIRE(broken.copy);
  CHECK(broken.copy->status == 502);

  relay_world refused{true};
  refused.answer(completion_status::over_budget);
  REQUIRE(refused.whole);
  REQUIRE(refused.copy);
  CHECK(refused.whole->status == 429);
  CHECK(refused.copy->status == 429);
}
