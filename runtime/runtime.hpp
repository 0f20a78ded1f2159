#pragma once

#include "actors/alert_sink.hpp"
#include "config/schema.hpp"
#include "core/result.hpp"
#include "runtime/blocking_client.hpp"
#include "runtime/snapshot.hpp"
#include "runtime/wiring.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace spillway::runtime {

struct runtime_options {
  config::settings settings;
  config::environment environment;             ///< where keys come from; empty: the process's
  actors::alert_receiver on_alert;             ///< empty: a line on standard error each
  std::function<void(std::string)> on_give_up; ///< an actor died too often: stop() is due
};

/// What was left when a runtime stopped.
struct stop_report {
  std::size_t cancelled = 0; ///< requests that had to be cut
  trace_status traces;
};

/// A running Spillway: its own actor system on its own I/O threads. Any number may live in one
/// process. A host that has an actor system already uses `runtime/wiring` instead.
///
/// Thread-safe, except that `stop` may be called once.
class runtime {
public:
  /// Errors: no usable provider (names the variables that would give it a key), an unusable
  /// journal.
  static result<std::unique_ptr<runtime>> start(runtime_options options);

  /// Stops without patience if `stop` was not called.
  ~runtime();

  caf::actor_system& system();
  const runtime_actors& actors() const;
  router_actor router() const { return actors().router; }

  /// For threads that are not actors; one a thread.
  blocking_client client();

  /// Everything at a glance. Blocks shortly; not for actors or I/O threads.
  snapshot look();

  /// Accepts nothing more, waits up to `patience` for calls in flight, cuts the rest, delivers what
  /// is pending for Langfuse (again up to `patience`), and ends every actor.
  stop_report stop(duration patience);

private:
  struct state;
  explicit runtime(std::unique_ptr<state> s);
  std::unique_ptr<state> state_;
};

} // namespace spillway::runtime
