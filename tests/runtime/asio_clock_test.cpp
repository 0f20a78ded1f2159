#include "runtime/asio_clock.hpp"
#include "runtime/delayed_events.hpp"
#include "tests/runtime/asio_world.hpp"

using namespace std::chrono_literals;
using namespace spillway::runtime;

namespace {

using event_time = delayed_events::time_point;

event_time at(int ms) {
  return event_time{} + std::chrono::milliseconds{ms};
}

delayed_event numbered(std::uint64_t id) {
  return receive_timeout{nullptr, {}, id};
}

timeout_key key_of(caf::actor_id whom, timeout_kind kind = timeout_kind::ordinary,
                   std::uint64_t type = 1, std::uint64_t id = 0) {
  return {whom, kind, type, id};
}

std::vector<std::uint64_t> ids(const std::vector<delayed_event>& events) {
  std::vector<std::uint64_t> out;
  for (const delayed_event& e : events)
    out.push_back(std::get<receive_timeout>(e).id);
  return out;
}

using id_list = std::vector<std::uint64_t>;

} // namespace

TEST_CASE("events are due in the order of their time, then of their arrival") {
  delayed_events events;
  events.add(at(20), numbered(3));
  events.add(at(10), numbered(1));
  events.add(at(20), numbered(4));
  events.add(at(10), key_of(7), numbered(2));
  CHECK(events.next_due() == at(10));
  CHECK(events.take_due(at(9), 10).empty());
  CHECK(ids(events.take_due(at(10), 10)) == id_list{1, 2});
  CHECK(events.next_due() == at(20));
  CHECK(ids(events.take_due(at(30), 1)) == id_list{3});
  CHECK(ids(events.take_due(at(30), 1)) == id_list{4});
  CHECK(events.next_due() == event_time::max());
  CHECK(events.take_due(event_time::max(), 1).empty());
}

TEST_CASE("a timeout replaces the older one of its key and no other") {
  delayed_events events;
  CHECK_FALSE(events.add(at(10), key_of(7), numbered(1)));
  CHECK_FALSE(events.add(at(11), key_of(8), numbered(2)));
  CHECK_FALSE(events.add(at(12), key_of(7, timeout_kind::multi), numbered(3)));
  CHECK_FALSE(events.add(at(13), key_of(7, timeout_kind::ordinary, 2), numbered(4)));
  const auto replaced = events.add(at(14), key_of(7), numbered(5));
  REQUIRE(replaced);
  CHECK(std::get<receive_timeout>(*replaced).id == 1);
  CHECK(ids(events.take_due(at(20), 10)) == id_list{2, 3, 4, 5});
}

TEST_CASE("a timeout can be cancelled once, and not after it was due") {
  delayed_events events;
  events.add(at(10), key_of(7), numbered(1));
  events.add(at(20), key_of(8), numbered(2));
  CHECK(events.take(key_of(7)));
  CHECK_FALSE(events.take(key_of(7)));
  CHECK(ids(events.take_due(at(20), 10)) == id_list{2});
  CHECK_FALSE(events.take(key_of(8)));
}

TEST_CASE("an actor's timeouts go together; messages and the timeouts of others stay") {
  delayed_events events;
  events.add(at(1), key_of(7), numbered(1));
  events.add(at(2), key_of(7, timeout_kind::request, 0, 99), numbered(2));
  events.add(at(3), key_of(6, timeout_kind::request, 0, ~0ULL), numbered(3));
  events.add(at(4), key_of(8), numbered(4));
  events.add(at(5), numbered(5));
  CHECK(ids(events.take_timeouts_of(7)) == id_list{1, 2});
  CHECK(events.take_timeouts_of(7).empty());
  CHECK(ids(events.take_all()) == id_list{3, 4, 5});
  CHECK(events.next_due() == event_time::max());
  CHECK_FALSE(events.take(key_of(8)));
}

TEST_CASE("delayed messages come in their order and not before their time") {
  asio_world world{GENERATE(1U, 2U, 4U)};
  std::promise<std::vector<int>> got;
  const auto begin = std::chrono::steady_clock::now();
  world.system->spawn([&](caf::event_based_actor* self) -> caf::behavior {
    self->delayed_send(self, 30ms, 3);
    self->delayed_send(self, 10ms, 2);
    self->delayed_send(self, 0ms, 1);
    auto seen = std::make_shared<std::vector<int>>();
    return {[=, &got](int x) {
      seen->push_back(x);
      if (x == 3) {
        got.set_value(*seen);
        self->quit();
      }
    }};
  });
  CHECK(await(got) == std::vector<int>{1, 2, 3});
  CHECK(std::chrono::steady_clock::now() - begin >= 30ms);
}

TEST_CASE("delayed messages reach the members of a group") {
  asio_world world{GENERATE(1U, 4U)};
  const caf::group group = world.system->groups().anonymous();
  std::promise<int> got;
  world.system->spawn_in_group(group, [&](caf::event_based_actor* self) {
    return caf::behavior{[&, self](int x) {
      got.set_value(x);
      self->quit();
    }};
  });
  world.system->spawn([&](caf::event_based_actor* self) { self->delayed_send(group, 2ms, 5); });
  CHECK(await(got) == 5);
}

TEST_CASE("a request that nobody answers times out in its time") {
  asio_world world{GENERATE(1U, 2U, 4U)};
  std::promise<caf::error> got;
  const auto begin = std::chrono::steady_clock::now();
  world.system->spawn([&](caf::event_based_actor* self) {
    const caf::actor m = self->spawn(mute);
    self->request(m, 20ms, 1)
        .then([](int) {},
              [&, self, m](caf::error& e) {
                got.set_value(e);
                self->send_exit(m, caf::exit_reason::kill);
              });
  });
  CHECK(await(got) == caf::sec::request_timeout);
  CHECK(std::chrono::steady_clock::now() - begin >= 20ms);
}

TEST_CASE("an answer cancels its timeout, which then holds no actor") {
  asio_world world{GENERATE(1U, 2U, 4U)};
  const life alive = std::make_shared<int>();
  std::promise<void> all;
  world.system->spawn([&, alive](caf::event_based_actor* self) {
    const caf::actor d = self->spawn(doubler);
    auto answers = std::make_shared<int>(0);
    for (int i = 0; i < 1000; ++i)
      self->request(d, 60min, i).then([=, &all](int) {
        if (alive && ++*answers == 1000)
          all.set_value();
      });
  });
  await(all);
  CHECK(becomes_true([&] { return alive.use_count() == 1; }));
}

TEST_CASE("an actor that quits leaves no timeout behind that would hold it") {
  asio_world world{GENERATE(1U, 2U, 4U)};
  const life alive = std::make_shared<int>();
  const caf::actor silent = world.system->spawn(mute);
  world.system->spawn([alive, silent](caf::event_based_actor* self) -> caf::behavior {
    self->request(silent, 60min, 1).then([alive](int) {});
    self->send(self, 1);
    return {[=](int) { self->quit(); }, caf::after(60min) >> [alive] {}};
  });
  CHECK(becomes_true([&] { return alive.use_count() == 1; }));
  caf::anon_send_exit(silent, caf::exit_reason::kill);
}

TEST_CASE("silence is noticed again and again, and a message puts it off") {
  asio_world world{GENERATE(1U, 2U, 4U)};
  std::promise<int> third;
  const auto begin = std::chrono::steady_clock::now();
  world.system->spawn([&](caf::event_based_actor* self) -> caf::behavior {
    self->delayed_send(self, 3ms, 1);
    auto count = std::make_shared<int>(0);
    auto messages = std::make_shared<int>(0);
    return {[=](int) { ++*messages; }, caf::after(6ms) >>
                                           [=, &third] {
                                             if (++*count == 3) {
                                               third.set_value(*messages);
                                               self->quit();
                                             }
                                           }};
  });
  CHECK(await(third) == 1);
  CHECK(std::chrono::steady_clock::now() - begin >= 18ms);
}

TEST_CASE("a behaviour without a timeout cancels the one of the behaviour before") {
  asio_world world{GENERATE(1U, 2U)};
  std::promise<bool> fired;
  world.system->spawn([&](caf::event_based_actor* self) -> caf::behavior {
    auto early = std::make_shared<bool>(false);
    self->send(self, 1);
    return {[=, &fired](int) {
              self->become([=, &fired](int) {
                fired.set_value(*early);
                self->quit();
              });
              self->delayed_send(self, 30ms, 2);
            },
            caf::after(10ms) >> [=] { *early = true; }};
  });
  CHECK_FALSE(await(fired));
}

TEST_CASE("a thousand timers due at once all fire") {
  asio_world world{GENERATE(1U, 2U, 4U)};
  std::promise<void> all;
  world.system->spawn([&](caf::event_based_actor* self) -> caf::behavior {
    for (int i = 0; i < 1000; ++i)
      self->delayed_send(self, 1ms, i);
    auto next = std::make_shared<int>(0);
    return {[=, &all](int) {
      if (++*next == 1000) {
        all.set_value();
        self->quit();
      }
    }};
  });
  await(all);
}

TEST_CASE("timers fire for an owner who runs the io_context himself") {
  asio_world world{0};
  bool fired = false;
  world.system->spawn([&](caf::event_based_actor* self) -> caf::behavior {
    self->delayed_send(self, 3ms, 1);
    return {[&, self](int) {
      fired = true;
      self->quit();
    }};
  });
  world.work.reset();
  world.io.run();
  CHECK(fired);
}

TEST_CASE("a closed clock holds and wakes nobody") {
  asio_world world{0};
  boost::asio::io_context io;
  asio_clock clock{io};
  const life alive = std::make_shared<int>();
  auto ran = std::make_shared<int>(0);
  caf::actor sleeper = world.system->spawn(
      [=](caf::event_based_actor*) { return caf::behavior{[alive, ran](int) { ++*ran; }}; });
  const auto schedule_three = [&] {
    const auto whom = caf::actor_cast<caf::strong_actor_ptr>(sleeper);
    clock.schedule_message(clock.now(), whom,
                           caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, 1));
    clock.set_request_timeout(clock.now(), whom->get(), caf::make_message_id(1));
    clock.set_multi_timeout(clock.now() + 60min, whom->get(), caf::atom("tick"), 1);
  };
  SECTION("what was scheduled before") {
    schedule_three();
    clock.close();
  }
  SECTION("what is scheduled later") {
    clock.close();
    schedule_three();
    clock.close();
  }
  SECTION("what all was cancelled") {
    schedule_three();
    clock.cancel_all();
  }
  sleeper = nullptr;
  io.poll();
  world.io.poll();
  CHECK(*ran == 0);
  CHECK(alive.use_count() == 1);
}
