#include "runtime/asio_scheduler.hpp"

#include "runtime/asio_clock.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/execution_unit.hpp>
#include <caf/logger.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <atomic>
#include <chrono>
#include <deque>
#include <thread>

namespace spillway::runtime {
namespace {

/// Jobs run in one go before the sockets get their turn.
constexpr int jobs_per_turn = 64;
/// Messages one actor handles in one go: none may keep the others waiting.
constexpr std::size_t messages_per_job = 64;
/// With several threads, jobs beyond so many are left for the others to take.
constexpr std::size_t jobs_kept_to_oneself = 4;
/// A stopping scheduler gives the I/O threads so long to finish what is queued; then it assumes
/// that there are none and runs it itself.
constexpr auto patience_with_io_threads = std::chrono::milliseconds{200};

class asio_coordinator;

/// Jobs that this thread will run before it returns to the sockets.
struct run_queue {
  asio_coordinator* owner = nullptr;
  std::deque<caf::resumable*> jobs;
  run_queue* outer = nullptr; ///< of another actor system, further up this thread's stack
};

thread_local run_queue* innermost_queue = nullptr;

run_queue* queue_of(const asio_coordinator* owner) {
  run_queue* q = innermost_queue;
  while (q != nullptr && q->owner != owner)
    q = q->outer;
  return q;
}

/// Stateless, so that promises may be delivered and actors woken from any thread.
class asio_unit final : public caf::execution_unit {
public:
  asio_unit(caf::actor_system& system, asio_coordinator& owner)
      : caf::execution_unit{&system}, owner_{owner} {}
  void exec_later(caf::resumable* job) override;

private:
  asio_coordinator& owner_;
};

class asio_coordinator final : public caf::scheduler::abstract_coordinator {
public:
  asio_coordinator(caf::actor_system& system, boost::asio::io_context& io, bool shares_jobs)
      : abstract_coordinator{system},
        io_{io},
        unit_{system, *this},
        clock_{io},
        shares_jobs_{shares_jobs} {}

  void enqueue(caf::resumable* job) override {
    ++pending_;
    run_queue* mine = queue_of(this);
    if (mine != nullptr && !(shares_jobs_ && mine->jobs.size() >= jobs_kept_to_oneself))
      mine->jobs.push_back(job);
    else
      post(job);
  }

  caf::actor_clock& clock() noexcept override { return clock_; }

  void stop() override {
    stop_actors();
    clock_.cancel_all();
    const auto give_up = std::chrono::steady_clock::now() + patience_with_io_threads;
    while (pending_ > 0 && std::chrono::steady_clock::now() < give_up)
      std::this_thread::sleep_for(std::chrono::microseconds{100});
    while (pending_ > 0)
      help();
  }

private:
  void help() {
    if (io_.poll_one() > 0)
      return;
    if (io_.stopped())
      io_.restart();
    else
      std::this_thread::yield();
  }

  void post(caf::resumable* job) {
    boost::asio::post(io_, [this, job] { run(job); });
  }

  void run(caf::resumable* first) {
    // Inside a nested poll the outer turn goes on with it.
    if (run_queue* outer = queue_of(this)) {
      outer->jobs.push_back(first);
      return;
    }
    run_queue mine{this, {first}, innermost_queue};
    const turn_guard guard{mine};
    for (int i = 0; i < jobs_per_turn && !mine.jobs.empty(); ++i) {
      caf::resumable* job = mine.jobs.front();
      mine.jobs.pop_front();
      resume(job, mine);
    }
  }

  void resume(caf::resumable* job, run_queue& mine) {
    switch (job->resume(&unit_, max_throughput())) {
      case caf::resumable::resume_later: mine.jobs.push_back(job); return;
      case caf::resumable::done:
      case caf::resumable::awaiting_message:
      case caf::resumable::shutdown_execution_unit: caf::intrusive_ptr_release(job); break;
    }
    --pending_;
  }

  /// Makes a queue this thread's own, and leaves what was not run to later turns.
  struct turn_guard {
    run_queue& mine;
    explicit turn_guard(run_queue& q) : mine{q} { innermost_queue = &q; }
    ~turn_guard() {
      innermost_queue = mine.outer;
      // Spawning made this thread hold the system's logger, whose end the system waits for.
      caf::logger::set_current_actor_system(nullptr);
      for (caf::resumable* job : mine.jobs)
        mine.owner->post(job);
    }
    turn_guard(const turn_guard&) = delete;
    turn_guard& operator=(const turn_guard&) = delete;
  };

  boost::asio::io_context& io_;
  asio_unit unit_;
  asio_clock clock_;
  const bool shares_jobs_;
  std::atomic<std::int64_t> pending_ = 0; ///< jobs queued or running
};

void asio_unit::exec_later(caf::resumable* job) {
  owner_.enqueue(job);
}

} // namespace

void use_asio_scheduler(caf::actor_system_config& config, boost::asio::io_context& io,
                        std::size_t io_threads) {
  config.set("scheduler.max-throughput", messages_per_job);
  config.module_factories.push_back(
      [&io, io_threads](caf::actor_system& system) -> caf::actor_system::module* {
        return new asio_coordinator{system, io, io_threads > 1};
      });
}

} // namespace spillway::runtime
