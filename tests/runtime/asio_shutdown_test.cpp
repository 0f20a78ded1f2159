#include "runtime/run_queue.hpp"
#include "tests/runtime/asio_world.hpp"

#include <caf/scheduler/abstract_coordinator.hpp>

using namespace std::chrono_literals;

namespace {

/// Keeps itself busy until it has handled `messages`, or for ever with 0.
caf::behavior busy(caf::event_based_actor* self, life, int messages) {
  self->send(self, 1);
  return {[=](int x) {
    if (x == messages)
      self->quit();
    else
      self->send(self, x + 1);
  }};
}

caf::behavior waiting_for_an_hour(caf::event_based_actor* self, life alive) {
  self->delayed_send(self, 60min, 0);
  return {[alive](int) {}, caf::after(60min) >> [] {}};
}

} // namespace

TEST_CASE("a system goes down with work in flight and an hour's timer pending, a hundred times") {
  const life alive = std::make_shared<int>();
  for (std::size_t round = 0; round < 100; ++round) {
    asio_world world{round % 5};
    world.system->await_actors_before_shutdown(false);
    for (int i = 0; i < 10; ++i) {
      world.system->spawn(busy, alive, 100);
      world.system->spawn(busy, alive, 0);
      world.system->spawn(waiting_for_an_hour, alive);
    }
  }
  CHECK(alive.use_count() == 1);
}

TEST_CASE("a system that waits for its actors goes down after the last of them") {
  const life alive = std::make_shared<int>();
  for (std::size_t round = 0; round < 100; ++round) {
    asio_world world{1 + round % 4};
    for (int i = 0; i < 5; ++i)
      world.system->spawn(busy, alive, 300);
    world.system.reset();
    CHECK(alive.use_count() == 1);
  }
}

TEST_CASE("a system goes down whose io_context has stopped") {
  const life alive = std::make_shared<int>();
  {
    asio_world world{GENERATE(1U, 2U, 4U)};
    world.system->await_actors_before_shutdown(false);
    const caf::actor d = world.system->spawn(doubler);
    CHECK(ask(*world.system, d, 1) == 2);
    world.system->spawn(waiting_for_an_hour, alive);
    world.stop_threads();
    caf::anon_send(d, 7);
    world.system->spawn(busy, alive, 0);
  }
  CHECK(alive.use_count() == 1);
}

TEST_CASE("going down runs no handler of the host, whose io_context goes on") {
  asio_world world{0};
  bool host_handler_ran = false;
  boost::asio::post(world.io, [&] { host_handler_ran = true; });
  const life alive = std::make_shared<int>();
  world.system->await_actors_before_shutdown(false);
  world.system->spawn(busy, alive, 0);
  world.system.reset();
  CHECK(alive.use_count() == 1);
  CHECK_FALSE(host_handler_ran);
  CHECK_FALSE(world.io.stopped());
  world.io.poll();
  CHECK(host_handler_ran);
}

TEST_CASE("what is queued when a system goes down gets a last chance to be done") {
  asio_world world{0, GENERATE(1U, 2U)};
  world.system->await_actors_before_shutdown(false);
  int answer = 0;
  world.system->spawn([&](caf::event_based_actor* self) {
    self->request(self->spawn(doubler), caf::infinite, 5).then([&](int x) { answer = x; });
  });
  world.system.reset();
  CHECK(answer == 10);
}

TEST_CASE("a blocking actor that waits for one of ours does not keep the system up") {
  asio_world world{0};
  world.system->await_actors_before_shutdown(false);
  std::promise<void> asked;
  std::atomic<int> answer = 0;
  world.system->spawn([&](caf::blocking_actor* self) {
    auto request = self->request(self->spawn(doubler), caf::infinite, 5);
    asked.set_value();
    std::move(request).receive([&](int x) { answer = x; }, [](const caf::error&) {});
  });
  await(asked);
  world.system.reset();
  CHECK(answer == 10);
}

TEST_CASE("a thread that spawned and lives on does not keep the system up") {
  asio_world world{GENERATE(1U, 2U, 4U)};
  std::promise<void> spawned, leave;
  std::thread host{[&] {
    world.system->spawn(doubler);
    spawned.set_value();
    leave.get_future().wait();
  }};
  await(spawned);
  world.system.reset();
  leave.set_value();
  host.join();
}

TEST_CASE("a thread of another io_context that spawned does not keep the system up") {
  asio_world world{2};
  asio_world other{1};
  std::promise<void> spawned;
  boost::asio::post(other.io, [&] {
    world.system->spawn(doubler);
    spawned.set_value();
  });
  await(spawned);
  world.system.reset();
}

TEST_CASE("two systems with an io_context each do not disturb each other") {
  asio_world one{1};
  asio_world other{2};
  const caf::actor a = one.system->spawn(doubler);
  {
    const caf::actor b = other.system->spawn(doubler);
    CHECK(ask(*one.system, a, 1) == 2);
    CHECK(ask(*other.system, b, 2) == 4);
  }
  other.system.reset();
  CHECK(ask(*one.system, a, 3) == 6);
}

TEST_CASE("systems come and go on an io_context while another one works there") {
  asio_world world{GENERATE(1U, 2U, 4U)};
  const life alive = std::make_shared<int>();
  const caf::actor d = world.system->spawn(doubler);
  for (int round = 0; round < 50; ++round) {
    caf::actor_system_config config;
    spillway::runtime::use_asio_scheduler(config, world.io, world.runners.size());
    caf::actor_system guest{config};
    guest.await_actors_before_shutdown(false);
    guest.spawn(waiting_for_an_hour, alive);
    guest.spawn(busy, alive, 0);
    CHECK(ask(guest, guest.spawn(doubler), round) == 2 * round);
    CHECK(ask(*world.system, d, round) == 2 * round);
  }
  CHECK(alive.use_count() == 1);
}

TEST_CASE("a system goes down while its timers fire") {
  const life alive = std::make_shared<int>();
  for (std::size_t round = 0; round < 50; ++round) {
    asio_world world{1 + round % 4};
    world.system->await_actors_before_shutdown(false);
    std::promise<void> first;
    auto begun = std::make_shared<std::once_flag>();
    for (int i = 0; i < 50; ++i)
      world.system->spawn([&first, begun, alive, i](caf::event_based_actor* self) {
        self->delayed_send(self, std::chrono::microseconds{10 * i}, i);
        return caf::behavior{[=, &first](int) {
          std::call_once(*begun, [&] { first.set_value(); });
          self->delayed_send(self, 20us, 0);
          self->request(self->spawn(doubler), 50us, 1).then([alive](int) {}, [](caf::error&) {});
        }};
      });
    await(first);
  }
  CHECK(alive.use_count() == 1);
}

namespace {

struct member final : caf::event_based_actor {
  member(caf::actor_config& config, life l, caf::actor next, int* ran)
      : event_based_actor{config}, alive_{std::move(l)}, ran_{ran} {
    if (next)
      link_to(next);
  }
  caf::behavior make_behavior() override {
    ++*ran_;
    return {[](int) {}};
  }

private:
  const life alive_;
  int* ran_;
};

/// A chain of actors, each linked to the one before, on a queue of its own.
caf::actor spawn_chain(caf::actor_system& system, spillway::runtime::run_queue& queue, life alive,
                       int* ran) {
  caf::actor last;
  for (int i = 0; i < 1000; ++i) {
    caf::actor_config config{&queue};
    last = system.spawn_class<member, caf::no_spawn_options>(config, alive, std::move(last), ran);
  }
  return last;
}

} // namespace

TEST_CASE("a queue that closes lets its jobs run, and ends those that come later") {
  asio_world world{1};
  world.system->await_actors_before_shutdown(false);
  boost::asio::io_context never_run;
  auto queue = std::make_shared<spillway::runtime::run_queue>(
      *world.system, never_run, spillway::runtime::run_queue::options{});
  const life alive = std::make_shared<int>();
  int ran = 0;
  caf::actor before = spawn_chain(*world.system, *queue, alive, &ran);
  CHECK(ran == 0);
  queue->close();
  queue->close();
  CHECK(ran == 1000);
  spawn_chain(*world.system, *queue, alive, &ran);
  CHECK(ran == 1000);
  // Not woken, but linked: the first of the chain takes the others with it.
  caf::anon_send_exit(before, caf::exit_reason::kill);
  before = nullptr;
  CHECK(becomes_true([&] { return alive.use_count() == 1; }));
  never_run.poll();
}
