#pragma once

#include <cstddef>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace spillway::transport {

/// An `io_context` and the threads that run it. With no threads of its own the owner runs it
/// (`poll`). Destroying it stops and joins; handlers that have not run are dropped.
class io_threads {
public:
  explicit io_threads(std::size_t threads);
  ~io_threads();

  boost::asio::io_context& context() noexcept;
  std::size_t thread_count() const noexcept;

  /// Runs what is ready, on the calling thread. Requires: no threads of its own, and no other that
  /// polls at the same time.
  void poll();

  /// Stops and joins the threads. Idempotent.
  void stop();

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace spillway::transport
