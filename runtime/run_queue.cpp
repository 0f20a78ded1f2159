#include "runtime/run_queue.hpp"

#include "core/assert.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <caf/intrusive_ptr.hpp>
#include <caf/logger.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduled_actor.hpp>

#include <array>

#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#endif

namespace spillway::runtime {
namespace {

/// Jobs run in one go before the sockets get their turn.
constexpr std::size_t jobs_per_turn = 64;
/// With several turns at once, jobs beyond so many are left for the others to take.
constexpr std::size_t jobs_kept_from_others = 4;
/// How often a closing queue lets each job run again before it ends it.
constexpr int last_rounds = 64;

/// CAF makes a thread that spawns hold the system's logger, and a system going down waits for the
/// logger's end: a thread that lives on would block it forever. A spawned actor is a new job, so
/// every such thread comes by here.
void let_go_of_the_logger() {
  caf::logger::set_current_actor_system(nullptr);
}

/// An actor's state goes from the thread that ran it to the next one through its mailbox, which
/// ThreadSanitizer cannot see: libcaf_core is not instrumented.
void hand_over_from([[maybe_unused]] caf::resumable* job) {
#ifdef __SANITIZE_THREAD__
  __tsan_acquire(job);
#endif
}

void hand_over_to_next([[maybe_unused]] caf::resumable* job) {
#ifdef __SANITIZE_THREAD__
  __tsan_release(job);
#endif
}

void end_job(caf::resumable* job, caf::execution_unit& unit) {
  const caf::intrusive_ptr<caf::resumable> last_reference{job, false};
  if (job->subtype() == caf::resumable::scheduled_actor
      || job->subtype() == caf::resumable::io_actor)
    static_cast<caf::scheduled_actor*>(job)->cleanup(caf::exit_reason::user_shutdown, &unit);
}

} // namespace

/// Jobs this thread has to itself during one turn. Turns of several actor systems nest when a
/// handler polls the `io_context`.
struct run_queue::turn {
  turn(run_queue& q, std::size_t keeps) : queue{q}, capacity{keeps}, outer{innermost} {
    innermost = this;
  }

  ~turn() {
    innermost = outer;
    let_go_of_the_logger();
    queue.end_turn(*this);
  }

  turn(const turn&) = delete;
  turn& operator=(const turn&) = delete;

  static turn* current(const run_queue* owner) {
    turn* t = innermost;
    while (t != nullptr && &t->queue != owner)
      t = t->outer;
    return t;
  }

  bool keep(caf::resumable* job) {
    if (count == capacity)
      return false;
    jobs[(first + count++) % jobs.size()] = job;
    return true;
  }

  caf::resumable* pop() {
    if (count == 0)
      return nullptr;
    --count;
    return jobs[first++ % jobs.size()];
  }

  run_queue& queue;
  std::array<caf::resumable*, jobs_per_turn> jobs;
  std::size_t first = 0;
  std::size_t count = 0;
  const std::size_t capacity;
  turn* const outer;

  static thread_local turn* innermost;
};

thread_local run_queue::turn* run_queue::turn::innermost = nullptr;

run_queue::run_queue(caf::actor_system& system, boost::asio::io_context& io, options o)
    : caf::execution_unit{&system}, io_{io}, options_{o} {
  SPILLWAY_ASSERT(o.turns > 0);
  SPILLWAY_ASSERT(o.messages_per_job > 0);
}

void run_queue::exec_later(caf::resumable* job) {
  turn* const mine = turn::current(this);
  if (mine == nullptr)
    let_go_of_the_logger();
  if (mine == nullptr || !mine->keep(job))
    share(job);
}

void run_queue::share(caf::resumable* job) {
  std::unique_lock lock{mutex_};
  shared_.push_back(job);
  if (phase_ == phase::closed) {
    end_shared_jobs(lock);
  } else if (phase_ == phase::open && turns_ < options_.turns) {
    ++turns_;
    lock.unlock();
    post_turn();
  }
}

void run_queue::post_turn() {
  boost::asio::post(io_, [self = shared_from_this()] { self->take_turn(); });
}

void run_queue::take_turn() {
  if (!begin_turn())
    return;
  turn mine{*this, options_.turns == 1 ? jobs_per_turn : jobs_kept_from_others};
  for (std::size_t i = 0; i < jobs_per_turn; ++i) {
    caf::resumable* job = mine.pop();
    if (job == nullptr)
      job = pop_shared();
    if (job == nullptr)
      return;
    run(job);
  }
}

bool run_queue::begin_turn() {
  const bool nested = turn::current(this) != nullptr;
  const std::lock_guard lock{mutex_};
  if (phase_ != phase::open)
    return false;
  if (nested) {
    // An actor's handler polls: the turn it runs in goes on with the jobs when it is back.
    --turns_;
    return false;
  }
  ++running_;
  return true;
}

void run_queue::end_turn(turn& mine) {
  {
    const std::lock_guard lock{mutex_};
    while (caf::resumable* job = mine.pop())
      shared_.push_back(job);
    --running_;
    if (phase_ != phase::open) {
      turn_ended_.notify_all();
      return;
    }
    if (shared_.empty()) {
      --turns_;
      return;
    }
  }
  post_turn();
}

caf::resumable* run_queue::pop_shared() {
  const std::lock_guard lock{mutex_};
  if (phase_ != phase::open || shared_.empty())
    return nullptr;
  caf::resumable* const job = shared_.front();
  shared_.pop_front();
  return job;
}

void run_queue::run(caf::resumable* job) {
  caf::intrusive_ptr<caf::resumable> reference{job, false};
  hand_over_from(job);
  const auto result = job->resume(this, options_.messages_per_job);
  hand_over_to_next(job);
  if (result == caf::resumable::resume_later)
    exec_later(reference.detach());
}

void run_queue::close() {
  SPILLWAY_ASSERT(turn::current(this) == nullptr);
  std::unique_lock lock{mutex_};
  if (phase_ != phase::open)
    return;
  phase_ = phase::closing;
  turn_ended_.wait(lock, [this] { return running_ == 0; });
  run_last_rounds(lock);
  phase_ = phase::closed;
  end_shared_jobs(lock);
}

void run_queue::run_last_rounds(std::unique_lock<std::mutex>& lock) {
  for (int round = 0; round < last_rounds && !shared_.empty(); ++round) {
    std::deque<caf::resumable*> jobs;
    jobs.swap(shared_);
    lock.unlock();
    for (caf::resumable* job : jobs)
      try {
        run(job);
      } catch (...) {
        // Thrown past CAF, by an exception handler or a job that is no actor. Nobody who could be
        // told is left, and the others deserve their chance.
      }
    lock.lock();
  }
}

void run_queue::end_shared_jobs(std::unique_lock<std::mutex>& lock) {
  // An ending actor wakes those linked to it, which come here again: the outermost call ends them.
  if (ending_jobs_)
    return;
  ending_jobs_ = true;
  while (!shared_.empty()) {
    caf::resumable* const job = shared_.front();
    shared_.pop_front();
    lock.unlock();
    end_job(job, *this);
    lock.lock();
  }
  ending_jobs_ = false;
}

} // namespace spillway::runtime
