#include "actors/alert_courier.hpp"
#include "core/bounds.hpp"
#include "tests/support/alert_record.hpp"
#include "tests/support/virtual_http.hpp"

#include <caf/event_based_actor.hpp>
#include <catch2/catch.hpp>

using namespace spillway;
using namespace std::chrono_literals;
using alerts::delivery_end;
using tests::virtual_http;
using tests::virtual_system;

namespace {

/// A courier whose requests are ids and moments, before a target that the test plays.
struct courier_world {
  virtual_system world;
  std::vector<std::string> received;
  std::function<wire::http_response()> answer = [] { return wire::http_response{204, {}, {}}; };
  tests::alert_record record;
  std::shared_ptr<virtual_http> http;
  alert_sink_actor sink = record.spawn_in(world.system());
  alert_courier_actor courier;
  std::vector<std::pair<std::uint64_t, delivery_reply>> replies;
  std::uint64_t next = 1;

  courier_world() {
    http = std::make_shared<virtual_http>(
        world,
        [this](wire::http_request request, const transport::http_responder& reply) {
          received.push_back(request.body);
          reply(answer());
        },
        1);
    actors::alert_courier_options o;
    o.target = "hook";
    o.http = http;
    o.alerts = sink;
    o.wall = world.wall();
    o.encode = [](const alerts::numbered_notice& n, wall_time) {
      return wire::http_request{"POST", "/", {}, std::to_string(n.id)};
    };
    o.judge = [](const wire::http_response& r, wall_time) {
      const auto attempt = alerts::judge_delivery(r.status);
      const bool taken = attempt == alerts::delivery_attempt::taken;
      return alerts::delivery_verdict{attempt, taken ? "" : alerts::advice_on(r.status), {}};
    };
    courier = world.system().spawn(actors::alert_courier, std::move(o));
  }
  ~courier_world() {
    world.self()->send_exit(courier, caf::exit_reason::user_shutdown);
    world.self()->send_exit(sink, caf::exit_reason::user_shutdown);
    world.settle();
  }

  void deliver(alerts::notice_kind kind = alerts::notice_kind::trigger) {
    auto what = std::make_shared<alerts::notice>();
    what->kind = kind;
    what->at = world.wall()(world.now());
    world.system().spawn([this, id = next, what](caf::event_based_actor* self) {
      self->request(courier, caf::infinite, deliver_notice{{id, what}})
          .then([this, id](const delivery_reply& m) { replies.emplace_back(id, m); });
    });
    ++next;
    world.settle();
  }
};

} // namespace

TEST_CASE("notices arrive in their order and are answered when they are there") {
  courier_world w;
  for (int i = 0; i < 3; ++i)
    w.deliver();
  CHECK(w.replies.empty());
  w.world.advance(1s);
  CHECK(w.received == std::vector<std::string>{"1", "2", "3"});
  REQUIRE(w.replies.size() == 3);
  CHECK(w.replies[2].second.how == delivery_end::delivered);
  CHECK(w.record.raised.empty());
}

TEST_CASE("a target that is down for hours gets everything afterwards, and one alert is raised") {
  courier_world w;
  w.http->refuse_connections(true);
  for (int i = 0; i < 5; ++i) {
    w.deliver();
    w.world.advance(1h);
  }
  CHECK(w.received.empty());
  REQUIRE(w.record.raised.size() == 1);
  CHECK(w.record.raised[0].rule == "alert_undelivered");
  CHECK(w.record.raised[0].subject == "alert target hook");
  w.http->refuse_connections(false);
  w.world.advance(6min);
  CHECK(w.received == std::vector<std::string>{"1", "2", "3", "4", "5"});
  CHECK(w.replies.size() == 5);
  CHECK(w.record.ended.size() == 1);
}

TEST_CASE("what a target answers decides: tried again, or given up at once with a word") {
  courier_world w;
  int status = 503;
  w.answer = [&] { return wire::http_response{status, {}, {}}; };
  w.deliver();
  w.world.advance(10s);
  CHECK(w.received.size() >= 2);
  CHECK(w.replies.empty());
  status = 400;
  w.world.advance(1min);
  REQUIRE(w.replies.size() == 1);
  CHECK(w.replies[0].second.how == delivery_end::refused);
  CHECK(w.record.raised.back().text.find("400") != std::string::npos);
  status = 200;
  w.deliver();
  w.world.advance(10min);
  CHECK(w.replies.back().second.how == delivery_end::delivered);
  CHECK(w.record.ended.size() == 1);
}

TEST_CASE("a notice that could not be delivered for a day is given up") {
  courier_world w;
  w.http->refuse_connections(true);
  w.deliver();
  w.world.advance(23h);
  CHECK(w.replies.empty());
  w.world.advance(1h + 6min);
  REQUIRE(w.replies.size() == 1);
  CHECK(w.replies[0].second.how == delivery_end::given_up);
  CHECK(w.record.raised.back().text.find("given up") != std::string::npos);
}

TEST_CASE("a test is tried once and its failure is explained") {
  courier_world w;
  w.answer = [] { return wire::http_response{404, {}, {}}; };
  w.deliver(alerts::notice_kind::test);
  w.world.advance(1s);
  REQUIRE(w.replies.size() == 1);
  CHECK(w.replies[0].second.how == delivery_end::given_up);
  CHECK(w.replies[0].second.detail.find("no such hook") != std::string::npos);
  w.world.advance(1h);
  CHECK(w.received.size() == 1);
}

TEST_CASE("stopping answers whoever waits, with nothing lost and nothing delivered") {
  courier_world w;
  w.http->refuse_connections(true);
  for (int i = 0; i < 3; ++i)
    w.deliver();
  w.world.advance(10s);
  w.world.self()->send_exit(w.courier, caf::exit_reason::user_shutdown);
  w.world.advance(1h);
  REQUIRE(w.replies.size() == 3);
  for (const auto& [id, reply] : w.replies)
    CHECK(reply.how == delivery_end::postponed);
}
