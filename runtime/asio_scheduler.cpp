#include "runtime/asio_scheduler.hpp"

#include "runtime/asio_clock.hpp"
#include "runtime/run_queue.hpp"

#include <boost/asio/io_context.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <algorithm>

namespace spillway::runtime {
namespace {

/// Messages one actor handles in one go: none may keep the others waiting.
constexpr std::size_t messages_per_job = 64;

class asio_coordinator final : public caf::scheduler::abstract_coordinator {
public:
  asio_coordinator(caf::actor_system& system, boost::asio::io_context& io, std::size_t io_threads)
      : abstract_coordinator{system}, io_{io}, io_threads_{io_threads}, clock_{io} {}

  void init(caf::actor_system_config& config) override {
    abstract_coordinator::init(config);
    queue_ = std::make_shared<run_queue>(
        system(), io_, run_queue::options{std::max<std::size_t>(io_threads_, 1), max_throughput()});
  }

  void enqueue(caf::resumable* job) override { queue_->exec_later(job); }

  caf::actor_clock& clock() noexcept override { return clock_; }

  void stop() override {
    stop_actors();
    clock_.close();
    queue_->close();
  }

private:
  boost::asio::io_context& io_;
  const std::size_t io_threads_;
  std::shared_ptr<run_queue> queue_;
  asio_clock clock_;
};

} // namespace

void use_asio_scheduler(caf::actor_system_config& config, boost::asio::io_context& io,
                        std::size_t io_threads) {
  config.set("scheduler.max-throughput", messages_per_job);
  config.module_factories.push_back(
      [&io, io_threads](caf::actor_system& system) -> caf::actor_system::module* {
        return new asio_coordinator{system, io, io_threads};
      });
}

} // namespace spillway::runtime
