#pragma once

#include <caf/execution_unit.hpp>
#include <caf/fwd.hpp>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>

namespace boost::asio {
class io_context;
}

namespace spillway::runtime {

/// The actors of one actor system that have something to do, each a job. They run in turns: a turn
/// is one handler of an `io_context` that runs some jobs and comes back later for the others, so
/// that sockets get their turns between. Jobs woken during a turn mostly run in the same turn, on
/// the same thread.
///
/// Owned by the scheduler and by each turn that is posted, which may come after the actor system
/// has gone. Thread-safe; it is the execution unit of every actor, whichever thread runs it.
class run_queue final : public caf::execution_unit, public std::enable_shared_from_this<run_queue> {
public:
  struct options {
    std::size_t turns = 1;             ///< that may be posted or running at once, at least 1
    std::size_t messages_per_job = 64; ///< one actor handles before the next one's job
  };

  run_queue(caf::actor_system& system, boost::asio::io_context& io, options o);

  /// Takes over one reference to `job`. From any thread; a job that comes after `close` is ended.
  void exec_later(caf::resumable* job) override;

  /// Waits for the turns that are running, gives every queued job a bounded number of further
  /// chances on this thread, and ends what is queued then. Later turns do nothing. Idempotent.
  /// Requires: not called by an actor that this queue runs.
  void close();

private:
  struct turn;
  enum class phase { open, closing, closed };

  void share(caf::resumable* job);
  void post_turn();
  void take_turn();
  bool begin_turn();
  void end_turn(turn& mine);
  caf::resumable* pop_shared();
  void run(caf::resumable* job);
  void run_last_rounds(std::unique_lock<std::mutex>& lock);
  void end_shared_jobs(std::unique_lock<std::mutex>& lock);

  boost::asio::io_context& io_;
  const options options_;

  std::mutex mutex_; ///< guards all below
  std::condition_variable turn_ended_;
  std::deque<caf::resumable*> shared_; ///< jobs that any turn may take
  std::size_t turns_ = 0;              ///< posted or running
  std::size_t running_ = 0;
  phase phase_ = phase::open;
  bool ending_jobs_ = false; ///< some thread is in `end_shared_jobs`
};

} // namespace spillway::runtime
