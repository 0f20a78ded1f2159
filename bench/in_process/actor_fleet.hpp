#pragma once

#include "bench/in_process/workload.hpp"
#include "messages/private_handles.hpp"

#include <cstddef>
#include <memory>

namespace bench {

/// Who runs the actors.
enum class scheduler_kind { asio, sharing, stealing };

/// The runtime's own actors with every policy on, but for the wire: the provider answers from
/// memory and traces are counted and dropped.
class actor_fleet {
public:
  actor_fleet(scheduler_kind kind, std::size_t threads);
  ~actor_fleet();

  /// One request from this thread, which is no actor's. True if it was answered.
  bool complete();

  /// `total` requests from actors inside, `open` of them at a time. Blocks until all are answered.
  void flood(std::size_t total, std::size_t open);

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace bench
