#pragma once

#include "core/instant.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/scoped_actor.hpp>

#include <functional>
#include <map>
#include <random>
#include <stdexcept>

namespace spillway::tests {

/// An actor system whose time stands still until a test moves it, and whose runnable actors take
/// turns in an order drawn from a seed. Beside the actors' timers it runs events of the world
/// outside them: replies of a simulated provider.
class virtual_system {
public:
  explicit virtual_system(std::uint64_t seed = 0);

  caf::actor_system& system() { return system_; }
  mono_time now() const;
  /// Virtual civil time: starts on 2026-11-24T12:00:00Z and runs with the virtual clock.
  wall_clock wall() const;

  /// Runs `event` `delay` from now.
  void schedule(duration delay, std::function<void()> event);

  /// Runs everything that is runnable now.
  void settle();

  /// Moves time to the next timer or event and settles; false if there is none.
  bool step();

  /// Runs until `done()` or until nothing is left to happen. True if `done()`.
  bool run_until(const std::function<bool()>& done);

  /// Moves time by `d`, running what becomes due on the way.
  void advance(duration d);

  /// Sends a request, runs until it is answered and returns the answer.
  template <class Reply, class Handle, class Command>
  Reply ask(const Handle& whom, Command command) {
    Reply answer{};
    auto pending = self_->request(whom, caf::infinite, std::move(command));
    settle();
    pending.receive([&](Reply& r) { answer = std::move(r); },
                    [](const caf::error& why) { throw std::runtime_error{caf::to_string(why)}; });
    return answer;
  }

  caf::scoped_actor& self() { return self_; }

private:
  struct config : caf::actor_system_config {
    config();
  };

  config config_;
  caf::actor_system system_;
  caf::scheduler::test_coordinator& scheduler_;
  std::minstd_rand random_;
  mono_time start_;
  std::multimap<mono_time, std::function<void()>> events_;
  caf::scoped_actor self_;
};

} // namespace spillway::tests
