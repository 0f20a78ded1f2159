#include "runtime/asio_scheduler.hpp"
#include "tests/runtime/asio_world.hpp"

#include <caf/scheduler/abstract_coordinator.hpp>

#include <atomic>

TEST_CASE("requests from a thread of no actor are answered") {
  asio_world world{GENERATE(1U, 2U, 4U)};
  const caf::actor d = world.system->spawn(doubler);
  for (int i = 1; i <= 200; ++i)
    CHECK(ask(*world.system, d, i) == 2 * i);
}

TEST_CASE("many actors that talk to each other get through") {
  asio_world world{GENERATE(1U, 2U, 4U)};
  std::atomic<int> answers = 0;
  std::promise<void> all;
  for (int i = 0; i < 100; ++i)
    world.system->spawn([&](caf::event_based_actor* self) {
      const caf::actor peer = self->spawn(doubler);
      for (int k = 0; k < 20; ++k)
        self->request(peer, caf::infinite, k).then([&](int) {
          if (++answers == 2000)
            all.set_value();
        });
    });
  await(all);
  world.system->await_all_actors_done();
}

TEST_CASE("messages from one actor to another keep their order") {
  asio_world world{GENERATE(1U, 2U, 4U)};
  constexpr int last = 5000;
  std::promise<bool> in_order;
  const caf::actor receiver = world.system->spawn([&](caf::event_based_actor* self) {
    auto next = std::make_shared<int>(0);
    return caf::behavior{[=, &in_order](int x) {
      if (x != (*next)++ || x == last) {
        in_order.set_value(x == last && *next == last + 1);
        self->quit();
      }
    }};
  });
  world.system->spawn([=](caf::event_based_actor* self) {
    for (int i = 0; i <= last; ++i)
      self->send(receiver, i);
  });
  CHECK(await(in_order));
}

TEST_CASE("an actor that everybody writes to is never on two threads") {
  asio_world world{GENERATE(1U, 2U, 4U)};
  constexpr int writers = 4;
  constexpr int messages = 1000;
  std::atomic<int> inside = 0;
  std::atomic<bool> overlapped = false;
  std::promise<void> all;
  const caf::actor target = world.system->spawn([&](caf::event_based_actor* self) {
    auto count = std::make_shared<int>(0);
    return caf::behavior{[=, &inside, &overlapped, &all](int) {
      if (++inside > 1)
        overlapped = true;
      --inside;
      if (++*count == writers * messages) {
        all.set_value();
        self->quit();
      }
    }};
  });
  std::vector<std::thread> threads;
  for (int w = 0; w < writers; ++w)
    threads.emplace_back([&] {
      for (int i = 0; i < messages; ++i)
        caf::anon_send(target, i);
    });
  for (std::thread& t : threads)
    t.join();
  await(all);
  CHECK_FALSE(overlapped);
}

TEST_CASE("with several threads the others help the one whose actor wakes many") {
  asio_world world{GENERATE(2U, 4U)};
  std::atomic<int> inside = 0;
  std::atomic<int> met = 0;
  std::promise<void> all;
  world.system->spawn([&](caf::event_based_actor* self) {
    for (int i = 0; i < 32; ++i)
      self->spawn([&](caf::event_based_actor*) {
        ++inside;
        // Blocks on purpose: another thread must come.
        if (becomes_true([&] { return inside > 1; }) && ++met == 32)
          all.set_value();
      });
  });
  await(all);
}

TEST_CASE("no two actors run at once where one I/O thread was announced") {
  asio_world world{4, GENERATE(0U, 1U)};
  std::atomic<int> inside = 0;
  std::atomic<bool> overlapped = false;
  std::atomic<int> done = 0;
  std::promise<void> all;
  for (int i = 0; i < 40; ++i)
    world.system->spawn([&](caf::event_based_actor* self) -> caf::behavior {
      self->send(self, 0);
      return {[=, &inside, &overlapped, &done, &all](int x) {
        if (++inside > 1)
          overlapped = true;
        --inside;
        if (x < 200)
          return self->send(self, x + 1);
        self->quit();
        if (++done == 40)
          all.set_value();
      }};
    });
  await(all);
  CHECK_FALSE(overlapped);
}

TEST_CASE("an exception ends its actor and tells those who watch it, and nobody else") {
  asio_world world{GENERATE(1U, 2U, 4U)};
  const caf::actor victim = world.system->spawn([](caf::event_based_actor* self) {
    self->set_exception_handler(
        [](std::exception_ptr&) -> caf::error { return caf::exit_reason::unhandled_exception; });
    return caf::behavior{[](int) { throw std::runtime_error("on purpose"); }};
  });
  std::promise<caf::error> told;
  world.system->spawn([&](caf::event_based_actor* self) -> caf::behavior {
    self->monitor(victim);
    self->set_down_handler([&, self](caf::down_msg& down) {
      told.set_value(down.reason);
      self->quit();
    });
    self->send(victim, 1);
    return {[](int) {}};
  });
  CHECK(await(told) == caf::exit_reason::unhandled_exception);
  CHECK(ask(*world.system, world.system->spawn(doubler), 2) == 4);
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
  asio_world other{1};
  const caf::actor proxy = world.system->spawn([&](caf::event_based_actor* self) {
    return caf::behavior{[&, self](int x) -> caf::result<int> {
      auto promise = self->make_response_promise<int>();
      boost::asio::post(x % 2 == 0 ? world.io : other.io,
                        [promise, x]() mutable { promise.deliver(3 * x); });
      return promise;
    }};
  });
  for (int i = 1; i <= 50; ++i)
    CHECK(ask(*world.system, proxy, i) == 3 * i);
  // A promise holds its actor, and a handler its promise until it returns: not beyond the system.
  world.system->await_actors_before_shutdown(false);
  other.stop_threads();
  world.stop_threads();
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
}

TEST_CASE("two that keep each other busy do not starve a third") {
  asio_world world{0};
  world.system->await_actors_before_shutdown(false);
  const caf::actor pong = world.system->spawn([](caf::event_based_actor* self) {
    return caf::behavior{
        [self](int x) { self->send(caf::actor_cast<caf::actor>(self->current_sender()), x); }};
  });
  world.system->spawn([=](caf::event_based_actor* self) -> caf::behavior {
    self->send(pong, 0);
    return {[=](int x) { self->send(pong, x + 1); }};
  });
  world.io.poll_one();
  bool third = false;
  world.system->spawn([&](caf::event_based_actor*) { third = true; });
  for (int turn = 0; turn < 3 && !third; ++turn)
    world.io.poll_one();
  CHECK(third);
}

TEST_CASE("without threads of its own the io_context is run by its owner") {
  asio_world world{0};
  std::optional<int> answer;
  world.system->spawn([&](caf::event_based_actor* self) {
    self->request(self->spawn(doubler), caf::infinite, 5).then([&](int x) { answer = x; });
  });
  CHECK_FALSE(answer);
  SECTION("with poll") {
    while (!answer)
      world.io.poll();
  }
  SECTION("with run, which returns when there is nothing to do") {
    world.work.reset();
    world.io.run();
  }
  CHECK(answer == 10);
}

TEST_CASE("an actor that polls is not interrupted by others, which come after it") {
  asio_world world{0, GENERATE(1U, 2U, 4U)};
  std::vector<int> order;
  world.system->spawn([&](caf::event_based_actor* self) {
    for (int i = 0; i < 100; ++i)
      self->spawn([&](caf::event_based_actor*) { order.push_back(2); });
    boost::asio::post(world.io, [&] { order.push_back(0); });
    world.io.poll();
    order.push_back(1);
  });
  world.io.poll();
  REQUIRE(order.size() == 102);
  CHECK(order[0] == 0);
  CHECK(order[1] == 1);
}

TEST_CASE("a socket handler that polls lets actors run meanwhile") {
  asio_world world{0};
  bool ran_inside = false;
  boost::asio::post(world.io, [&] {
    world.system->spawn([&](caf::event_based_actor*) { ran_inside = true; });
    world.io.poll();
    CHECK(ran_inside);
  });
  world.io.poll();
  CHECK(ran_inside);
}

TEST_CASE("an actor that polls lets the actors of another system run") {
  asio_world world{0};
  caf::actor_system_config config;
  spillway::runtime::use_asio_scheduler(config, world.io, 1);
  caf::actor_system guest{config};
  bool ran_inside = false;
  world.system->spawn([&](caf::event_based_actor*) {
    guest.spawn([&](caf::event_based_actor*) { ran_inside = true; });
    world.io.poll();
    CHECK(ran_inside);
  });
  world.io.poll();
  CHECK(ran_inside);
}

namespace {

/// A job that is no actor, and throws past the scheduler.
struct throwing_job final : caf::resumable, caf::ref_counted {
  explicit throwing_job(life l) : alive{std::move(l)} {}
  resume_result resume(caf::execution_unit*, std::size_t) override {
    throw std::runtime_error("on purpose");
  }
  void intrusive_ptr_add_ref_impl() override { ref(); }
  void intrusive_ptr_release_impl() override { deref(); }
  life alive;
};

} // namespace

TEST_CASE("what a job throws reaches the caller of run, and loses no other job") {
  asio_world world{0, GENERATE(1U, 2U)};
  const life alive = std::make_shared<int>();
  int ran = 0;
  for (int i = 0; i < 10; ++i) {
    world.system->spawn([&](caf::event_based_actor*) { ++ran; });
    world.system->scheduler().enqueue(new throwing_job{alive});
  }
  int thrown = 0;
  for (int i = 0; i < 30; ++i)
    try {
      world.io.poll();
    } catch (const std::runtime_error&) {
      ++thrown;
    }
  CHECK(thrown == 10);
  CHECK(ran == 10);
  CHECK(alive.use_count() == 1);
}
