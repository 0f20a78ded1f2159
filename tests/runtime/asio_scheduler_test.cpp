#include "runtime/asio_scheduler.hpp"

#include <caf/scheduler/abstract_coordinator.hpp>

#include <atomic>
#include <future>
#include <optional>
#include <thread>

TEST_CASE("requests from a thread of no actor are answered") {
  asio_world world{GENERATE(1U, 2U, 4U)};
  const caf::actor d = world.system->spawn(doubler);
  for (int i = 1; i <= 200; ++i)
    CHECK(ask(*world.system, d, i) == 2 * i);
}

TEST_CASE("many actors that talk to each other get through") {
  for (const std::size_t threads : {1, 4}) {
    asio_world world{threads};
    std::atomic<int> done = 0;
    std::promise<void> all;
    for (int i = 0; i < 100; ++i)
      world.system->spawn([&](caf::event_based_actor* self) {
        const caf::actor peer = self->spawn(doubler);
        for (int k = 0; k < 20; ++k)
          self->request(peer, caf::infinite, k).then([&](int) {
            if (++done == 2000)
              all.set_value();
          });
      });
    REQUIRE(all.get_future().wait_for(long_enough) == std::future_status::ready);
  }
}

TEST_CASE("delayed messages come in their order and not before their time") {
  asio_world world{1};
  std::promise<std::vector<int>> got;
  const auto begin = std::chrono::steady_clock::now();
  world.system->spawn([&](caf::event_based_actor* self) -> caf::behavior {
    self->delayed_send(self, 30ms, 2);
    self->delayed_send(self, 10ms, 1);
    auto seen = std::make_shared<std::vector<int>>();
    return {[=, &got](int x) {
      seen->push_back(x);
      if (x == 2) {
        got.set_value(*seen);
        self->quit();
      }
    }};
  });
  auto future = got.get_future();
  REQUIRE(future.wait_for(long_enough) == std::future_status::ready);
  CHECK(future.get() == std::vector<int>{1, 2});
  CHECK(std::chrono::steady_clock::now() - begin >= 30ms);
}

TEST_CASE("a request that nobody answers times out, one that is answered does not") {
  asio_world world{2};
  const caf::actor mute = world.system->spawn([](caf::event_based_actor* self) -> caf::behavior {
    return {[self](int) -> caf::result<int> {
      auto never = self->make_response_promise<int>();
      self->delayed_send(self, 1h, caf::unit);
      return never;
    }};
  });
  caf::scoped_actor self{*world.system};
  bool timed_out = false;
  self->request(mute, 20ms, 1)
      .receive([](int) {}, [&](const caf::error& e) { timed_out = e == caf::sec::request_timeout; });
  CHECK(timed_out);
  const caf::actor d = world.system->spawn(doubler);
  CHECK(ask_doubler(*world.system, d, 4) == 8);
  self->send_exit(mute, caf::exit_reason::kill);
}

TEST_CASE("receive timeouts fire, again and again") {
  asio_world world{1};
  std::promise<void> third;
  world.system->spawn([&](caf::event_based_actor* self) -> caf::behavior {
    auto count = std::make_shared<int>(0);
    return {[](int) {}, caf::after(5ms) >> [=, &third] {
              if (++*count == 3) {
                third.set_value();
                self->quit();
              }
            }};
  });
  CHECK(third.get_future().wait_for(long_enough) == std::future_status::ready);
}

TEST_CASE("detached and blocking actors live beside the others") {
  asio_world world{1};
  const caf::actor d = world.system->spawn<caf::detached>(doubler);
  std::promise<int> blocked;
  world.system->spawn([&](caf::blocking_actor* self) {
    self->request(d, long_enough, 21)
        .receive([&](int x) { blocked.set_value(x); }, [&](const caf::error&) {});
  });
  auto future = blocked.get_future();
  REQUIRE(future.wait_for(long_enough) == std::future_status::ready);
  CHECK(future.get() == 42);
  caf::anon_send_exit(d, caf::exit_reason::user_shutdown);
  world.system->await_all_actors_done();
}

TEST_CASE("an exception ends its actor and tells those who watch it, and nobody else") {
  asio_world world{2};
  std::promise<void> told;
  const caf::actor victim = world.system->spawn([](caf::event_based_actor* self) -> caf::behavior {
    self->set_exception_handler([](std::exception_ptr&) -> caf::error {
      return caf::exit_reason::unhandled_exception;
    });
    return {[](int) { throw std::runtime_error("on purpose"); }};
  });
  world.system->spawn([&](caf::event_based_actor* self) -> caf::behavior {
    self->monitor(victim);
    self->set_down_handler([&, self](caf::down_msg&) {
      told.set_value();
      self->quit();
    });
    self->send(victim, 1);
    return {[](int) {}};
  });
  REQUIRE(told.get_future().wait_for(long_enough) == std::future_status::ready);
  const caf::actor d = world.system->spawn(doubler);
  CHECK(ask_doubler(*world.system, d, 2) == 4);
}

TEST_CASE("an actor dies with the one it is linked to") {
  asio_world world{GENERATE(1U, 2U, 4U)};
  const life alive = std::make_shared<int>();
  const caf::actor first = world.system->spawn(doubler);
  world.system->spawn([first, alive](caf::event_based_actor* self) -> caf::behavior {
    self->link_to(first);
    return {[alive](int) {}};
  });
  caf::anon_send_exit(first, caf::exit_reason::kill);
  CHECK(becomes_true([&] { return alive.use_count() == 1; }));
}

TEST_CASE("the workers of a pool share its work") {
  asio_world world{GENERATE(1U, 2U, 4U)};
  caf::scoped_execution_unit unit{&*world.system};
  const caf::actor pool = caf::actor_pool::make(
      &unit, 4, [&] { return world.system->spawn(doubler); }, caf::actor_pool::round_robin());
  for (int i = 1; i <= 40; ++i)
    CHECK(ask(*world.system, pool, i) == 2 * i);
  caf::anon_send_exit(pool, caf::exit_reason::user_shutdown);
}

TEST_CASE("detached and blocking actors live beside the others") {
  asio_world world{GENERATE(1U, 2U, 4U)};
  const caf::actor detached = world.system->spawn<caf::detached>(doubler);
  const caf::actor ours = world.system->spawn(doubler);
  std::promise<int> answer;
  world.system->spawn([&](caf::blocking_actor* self) {
    int sum = 0;
    for (const caf::actor& a : {detached, ours})
      self->request(a, long_enough, 21).receive([&](int x) { sum += x; }, [](const caf::error&) {});
    answer.set_value(sum);
  });
  CHECK(await(answer) == 84);
  {
    auto call = caf::make_function_view(detached, caf::duration{long_enough});
    CHECK(call(4)->get_as<int>(0) == 8);
  }
  caf::anon_send_exit(detached, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(ours, caf::exit_reason::user_shutdown);
  world.system->await_all_actors_done();
}

TEST_CASE("a promise may be delivered by a socket handler and by any other thread") {
  asio_world world{GENERATE(1U, 2U, 4U)};
  std::vector<std::thread> threads;
  const caf::actor proxy = world.system->spawn([&](caf::event_based_actor* self) {
    return caf::behavior{[&, self](int x) -> caf::result<int> {
      auto promise = self->make_response_promise<int>();
      auto deliver = [promise, x]() mutable { promise.deliver(3 * x); };
      if (x % 2 == 0)
        boost::asio::post(world.io, deliver);
      else
        threads.emplace_back(deliver);
      return promise;
    }};
  });
  for (int i = 1; i <= 50; ++i)
    CHECK(ask(*world.system, proxy, i) == 3 * i);
  for (std::thread& t : threads)
    t.join();
}

TEST_CASE("one actor handles at most 64 messages before the next one's turn") {
  asio_world world{0};
  CHECK(world.system->scheduler().max_throughput() == 64);
}

TEST_CASE("actors that never rest leave the sockets their turns") {
  asio_world world{0, GENERATE(1U, 2U)};
  world.system->await_actors_before_shutdown(false);
  int messages = 0;
  for (int i = 0; i < GENERATE(1, 3, 200); ++i)
    world.system->spawn([&](caf::event_based_actor* self) -> caf::behavior {
      self->send(self, 0);
      return {[&, self](int) {
        ++messages;
        self->send(self, 0);
      }};
    });
  for (int turn = 0; turn < 5; ++turn) {
    messages = 0;
    bool socket_turn = false;
    boost::asio::post(world.io, [&] { socket_turn = true; });
    for (int handlers = 0; !socket_turn && handlers < 3; ++handlers)
      world.io.poll_one();
    CHECK(socket_turn);
    CHECK(messages > 0);
    CHECK(messages <= 2 * 64 * 64);
  }
  SUCCEED("no hang, and nothing for the leak checker");
}

TEST_CASE("without a thread of its own the io_context is run by its owner") {
  asio_world world{0};
  std::optional<int> answer;
  world.system->spawn([&](caf::event_based_actor* self) {
    self->request(self->spawn(doubler), caf::infinite, 5).then([&](int x) { answer = x; });
  });
  while (!answer)
    world.io.poll();
  CHECK(*answer == 10);
}

TEST_CASE("a system whose io_context has stopped still goes down") {
  asio_world world{1};
  caf::actor d = world.system->spawn(doubler);
  CHECK(ask_doubler(*world.system, d, 1) == 2);
  world.system->await_actors_before_shutdown(false);
  world.io.stop();
  caf::anon_send(d, 7);
  d = nullptr;
  world.stop();
  SUCCEED();
}

TEST_CASE("two systems share a process, and even an io_context") {
  asio_world one{1};
  asio_world other{1};
  caf::actor_system_config config;
  spillway::runtime::use_asio_scheduler(config, one.io, 1);
  caf::actor_system guest{config};
  const caf::actor a = one.system->spawn(doubler);
  const caf::actor b = other.system->spawn(doubler);
  const caf::actor c = guest.spawn(doubler);
  CHECK(ask_doubler(*one.system, a, 1) == 2);
  CHECK(ask_doubler(*other.system, b, 2) == 4);
  CHECK(ask_doubler(guest, c, 3) == 6);
  caf::anon_send_exit(c, caf::exit_reason::user_shutdown);
}

TEST_CASE("an actor that floods itself leaves the sockets their turns") {
  asio_world world{1};
  std::atomic<bool> stop = false;
  world.system->spawn([&](caf::event_based_actor* self) -> caf::behavior {
    self->send(self, 0);
    return {[&, self](int) {
      if (stop)
        self->quit();
      else
        self->send(self, 0);
    }};
  });
  std::promise<void> socket_turn;
  boost::asio::post(world.io, [&] { socket_turn.set_value(); });
  CHECK(socket_turn.get_future().wait_for(long_enough) == std::future_status::ready);
  stop = true;
}
