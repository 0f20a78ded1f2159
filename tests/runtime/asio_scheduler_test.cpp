#include "runtime/asio_scheduler.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <caf/all.hpp>
#include <catch2/catch.hpp>

#include <atomic>
#include <future>
#include <optional>
#include <thread>

using namespace std::chrono_literals;

namespace {

constexpr auto long_enough = 20s;

/// An actor system on the threads of its own io_context.
struct asio_world {
  explicit asio_world(std::size_t threads) {
    spillway::runtime::use_asio_scheduler(config, io, threads);
    system.emplace(config);
    for (std::size_t i = 0; i < threads; ++i)
      runners.emplace_back([this] { io.run(); });
  }
  ~asio_world() { stop(); }

  void stop() {
    system.reset();
    guard.reset();
    io.stop();
    for (std::thread& t : runners)
      t.join();
    runners.clear();
  }

  boost::asio::io_context io;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard{io.get_executor()};
  caf::actor_system_config config;
  std::optional<caf::actor_system> system;
  std::vector<std::thread> runners;
};

caf::behavior doubler(caf::event_based_actor*) {
  return {[](int x) { return 2 * x; }};
}

int ask_doubler(caf::actor_system& system, const caf::actor& whom, int x) {
  caf::scoped_actor self{system};
  int answer = 0;
  self->request(whom, long_enough, x)
      .receive([&](int y) { answer = y; }, [](const caf::error&) {});
  return answer;
}

} // namespace

TEST_CASE("requests from a thread of no actor are answered, on one, two and four threads") {
  for (const std::size_t threads : {1, 2, 4}) {
    asio_world world{threads};
    const caf::actor d = world.system->spawn(doubler);
    for (int i = 1; i <= 200; ++i)
      CHECK(ask_doubler(*world.system, d, i) == 2 * i);
  }
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

TEST_CASE("a system goes down with work in flight and an hour's timer pending, a hundred times") {
  for (int round = 0; round < 100; ++round) {
    asio_world world{static_cast<std::size_t>(1 + round % 4)};
    world.system->await_actors_before_shutdown(false);
    for (int i = 0; i < 10; ++i)
      world.system->spawn([](caf::event_based_actor* self) -> caf::behavior {
        self->delayed_send(self, 1h, 0);
        self->send(self, 1);
        return {[self](int x) {
          if (x < 100)
            self->send(self, x + 1);
          else
            self->quit();
        }};
      });
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
