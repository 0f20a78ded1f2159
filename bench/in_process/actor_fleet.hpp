#pragma once

#include "bench/in_process/workload.hpp"
#include "messages/private_handles.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace bench {

/// Who runs the actors.
enum class scheduler_kind { asio, sharing, stealing };

/// What is made durable, and where.
struct fleet_journal {
  std::string path;    ///< a file that does not exist; empty: no journal
  bool traces = false; ///< traces are encoded and kept, as they are for Langfuse
};

/// The runtime's own actors with every policy on, but for the wire: the provider answers from
/// memory, and traces are counted and dropped unless the journal keeps them.
class actor_fleet {
public:
  actor_fleet(scheduler_kind kind, std::size_t threads, const fleet_journal& durable = {});
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
