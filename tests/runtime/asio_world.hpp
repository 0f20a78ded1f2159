#pragma once

#include "runtime/asio_scheduler.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <caf/all.hpp>
#include <catch2/catch.hpp>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

/// For what must happen: only a failing test waits so long.
constexpr auto long_enough = std::chrono::seconds{30};

/// An actor system on the threads of its own io_context.
struct asio_world {
  explicit asio_world(std::size_t threads) : asio_world{threads, threads} {}

  /// `threads` run the io_context, and the scheduler counts on `io_threads`.
  asio_world(std::size_t threads, std::size_t io_threads) {
    spillway::runtime::use_asio_scheduler(config, io, io_threads);
    system.emplace(config);
    for (std::size_t i = 0; i < threads; ++i)
      runners.emplace_back([this] { io.run(); });
  }

  ~asio_world() {
    system.reset();
    stop_threads();
  }

  void stop_threads() {
    io.stop();
    for (std::thread& t : runners)
      t.join();
    runners.clear();
  }

  boost::asio::io_context io;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{io.get_executor()};
  caf::actor_system_config config;
  std::optional<caf::actor_system> system;
  std::vector<std::thread> runners;
};

/// Held by actors, so that a test sees when they are gone.
using life = std::shared_ptr<int>;

template <class T>
T await(std::promise<T>& p) {
  auto f = p.get_future();
  REQUIRE(f.wait_for(long_enough) == std::future_status::ready);
  return f.get();
}

inline bool becomes_true(const std::function<bool()>& condition) {
  const auto give_up = std::chrono::steady_clock::now() + long_enough;
  while (!condition() && std::chrono::steady_clock::now() < give_up)
    std::this_thread::yield();
  return condition();
}

inline caf::behavior doubler(caf::event_based_actor*) {
  return {[](int x) { return 2 * x; }};
}

/// Never answers, and ends only if it is told to.
inline caf::behavior mute(caf::event_based_actor* self) {
  auto owed = std::make_shared<std::vector<caf::typed_response_promise<int>>>();
  return {[=](int) -> caf::result<int> {
    owed->push_back(self->make_response_promise<int>());
    return owed->back();
  }};
}

inline int ask(caf::actor_system& system, const caf::actor& whom, int x) {
  caf::scoped_actor self{system};
  int answer = -1;
  self->request(whom, long_enough, x)
      .receive([&](int y) { answer = y; },
               [&](const caf::error& e) { FAIL_CHECK(self->system().render(e)); });
  return answer;
}
