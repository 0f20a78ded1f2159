#include "transport/io_threads.hpp"

#include "core/assert.hpp"
#include "transport/serial_executor.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <thread>
#include <vector>

namespace spillway::transport {

struct io_threads::state {
  explicit state(std::size_t concurrency) : io{static_cast<int>(concurrency)} {
    if (concurrency == 1)
      boost::asio::use_service<single_thread>(io);
  }

  boost::asio::io_context io;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{io.get_executor()};
  std::size_t count = 0;
  std::vector<std::thread> threads;
};

io_threads::io_threads(std::size_t threads)
    : state_{std::make_unique<state>(std::max<std::size_t>(threads, 1))} {
  state_->count = threads;
  for (std::size_t i = 0; i < threads; ++i)
    state_->threads.emplace_back([s = state_.get()] { s->io.run(); });
}

io_threads::~io_threads() {
  stop();
}

boost::asio::io_context& io_threads::context() noexcept {
  return state_->io;
}

std::size_t io_threads::thread_count() const noexcept {
  return state_->count;
}

void io_threads::poll() {
  SPILLWAY_ASSERT(state_->count == 0);
  state_->io.restart();
  state_->io.poll();
}

void io_threads::stop() {
  state_->io.stop();
  for (std::thread& t : state_->threads)
    t.join();
  state_->threads.clear();
}

} // namespace spillway::transport
