#pragma once

#include "actors/alert_sink.hpp"
#include "config/schema.hpp"
#include "config/secrets.hpp"
#include "core/result.hpp"
#include "runtime/blocking_client.hpp"
#include "runtime/snapshot.hpp"
#include "runtime/wiring.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace boost::asio {
class io_context;
}

namespace spillway::runtime {

struct runtime_options {
  config::settings settings;
  config::environment environment;             ///< where keys come from; empty: the process's
  actors::alert_receiver on_alert; ///< of every notice; empty: a line on standard error each
  std::function<void(std::string)> on_give_up; ///< an actor died too often: stop() is due
  /// Reads the configuration again; may block. Empty: it is not read again.
  std::function<result<config::settings>()> reread{};
  /// Told at the start what is odd about the configuration; empty: nobody is.
  std::function<void(const std::string&)> on_warning{};
};

/// What was left when a runtime stopped.
struct stop_report {
  std::size_t cancelled = 0; ///< requests that had to be cut
  snapshot last;             ///< after the last request and the last export
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

  /// Calls `then` on an I/O thread at the first SIGINT or SIGTERM. A second one ends the process as
  /// it would without us.
  void on_interrupt(std::function<void()> then);

  /// Calls `then` on an I/O thread at each SIGHUP, which otherwise ends the process.
  void on_hangup(std::function<void()> then);

  /// The I/O threads, for a host that brings sockets of its own.
  boost::asio::io_context& io();

  /// For threads that are not actors; one a thread.
  std::unique_ptr<blocking_client> client();

  /// Everything at a glance. Blocks shortly; not for actors or I/O threads.
  snapshot look();

  /// Accepts nothing more, waits up to `patience` for calls in flight, cuts the rest, delivers what
  /// is pending for Langfuse (again up to `patience`) and for alert targets (a few seconds at
  /// most), and ends every actor.
  stop_report stop(duration patience);

private:
  struct state;
  explicit runtime(std::unique_ptr<state> s);
  std::unique_ptr<state> state_;
};

} // namespace spillway::runtime
