#include "runtime/runtime.hpp"

#include "config/lifecycle.hpp"
#include "runtime/asio_scheduler.hpp"
#include "runtime/system_wall_clock.hpp"
#include "storage/alert_store.hpp"
#include "storage/journal.hpp"
#include "storage/key_store.hpp"
#include "transport/beast_client.hpp"
#include "transport/io_threads.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/strand.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>

#include <csignal>
#include <cstdio>
#include <future>
#include <random>
#include <thread>

namespace spillway::runtime {
namespace {

/// Longer than this a stop does not wait for alert targets that do not answer: what they lack is
/// in the journal, and next to nobody waits at the prompt with patience.
constexpr duration alert_patience_max = std::chrono::seconds{5};

void print_alert(const alerts::notice& n) {
  std::fprintf(stderr, "spillway: %s\n", alerts::line_of(n).c_str());
}

std::size_t thread_count(const config::runtime_settings& settings) {
  return settings.io_threads > 0 ? settings.io_threads
                                 : std::max(1U, std::thread::hardware_concurrency());
}

void tell_warnings(const config::settings& s, wall_time now,
                   const std::function<void(const std::string&)>& tell) {
  for (const std::string& warning : s.warnings)
    tell(warning);
  for (const std::string& warning : config::lifecycle_warnings(s, now))
    tell(warning);
}

} // namespace

struct runtime::state {
  explicit state(std::size_t threads) : io{threads} {
    use_asio_scheduler(config, io.context(), threads);
    system = std::make_unique<caf::actor_system>(config);
    // What a host leaves running in our system must not keep us from stopping.
    system->await_actors_before_shutdown(false);
  }

  http_client_factory http_factory();
  result<void> wire(runtime_options options);
  void stop_clients();
  void hear_hangup();
  void stop_hangups();

  transport::io_threads io;
  caf::actor_system_config config;
  std::unique_ptr<caf::actor_system> system;
  std::vector<std::shared_ptr<transport::beast_client>> clients;
  std::unique_ptr<boost::asio::signal_set> signals;
  std::unique_ptr<boost::asio::signal_set> hangups; ///< on a strand of its own
  std::function<void()> then_on_hangup;             ///< empty: nobody listens any more
  runtime_actors actors;
  bool wired = false;
};

http_client_factory runtime::state::http_factory() {
  return [this](const http_client_needs& needs) -> result<std::shared_ptr<transport::http_client>> {
    auto made = transport::beast_client::make(
        io.context(), {needs.ca_file, needs.connections_max, needs.public_only});
    if (!made)
      return made.failure();
    clients.push_back(*made);
    return std::shared_ptr<transport::http_client>{*made};
  };
}

result<void> runtime::state::wire(runtime_options options) {
  wiring_options w;
  w.settings = std::move(options.settings);
  const config::environment environment =
      options.environment ? options.environment : config::process_environment();
  auto secrets = config::read_environment(w.settings, environment);
  if (!secrets)
    return secrets.failure();
  w.secrets = std::move(*secrets);
  if (!w.settings.journal.path.empty()) {
    constexpr std::size_t mib = 1024 * 1024;
    auto file =
        storage::journal::open(w.settings.journal.path, w.settings.langfuse.spool_mib_max * mib);
    if (!file)
      return file.failure();
    w.journal = std::move(*file);
    auto alerts =
        storage::alert_store::open(storage::alert_store::path_beside(w.settings.journal.path));
    if (!alerts)
      return alerts.failure();
    w.alert_store = std::move(*alerts);
    auto keys = storage::key_store::open(storage::key_store::path_beside(w.settings.journal.path));
    if (!keys)
      return keys.failure();
    w.key_store = std::move(*keys);
  }
  if (options.reread)
    w.reread = [read = std::move(options.reread), environment]() -> result<config::settings> {
      auto settings = read();
      if (!settings)
        return settings;
      if (auto completed = config::read_environment(*settings, environment); !completed)
        return completed.failure();
      return settings;
    };
  w.make_http = http_factory();
  w.wall = system_wall_clock();
  if (options.on_warning)
    tell_warnings(w.settings, w.wall(std::chrono::steady_clock::now()), options.on_warning);
  w.seed = std::random_device{}();
  w.on_alert = options.on_alert ? std::move(options.on_alert) : print_alert;
  w.on_give_up = options.on_give_up ? std::move(options.on_give_up) : [](const std::string&) {};
  auto wired_actors = wire_actors(*system, std::move(w));
  if (!wired_actors)
    return wired_actors.failure();
  actors = std::move(*wired_actors);
  wired = true;
  return {};
}

/// On the strand of `hangups`.
void runtime::state::hear_hangup() {
  if (!then_on_hangup)
    return;
  hangups->async_wait([this](auto, int) { hear_hangup(); });
  then_on_hangup();
}

void runtime::state::stop_hangups() {
  if (!hangups)
    return;
  std::promise<void> stopped;
  boost::asio::post(hangups->get_executor(), [&] {
    then_on_hangup = {};
    hangups->cancel();
    stopped.set_value();
  });
  stopped.get_future().wait();
}

void runtime::state::stop_clients() {
  for (const auto& client : clients) {
    std::promise<void> stopped;
    client->stop([&] { stopped.set_value(); });
    stopped.get_future().wait();
  }
  clients.clear();
}

result<std::unique_ptr<runtime>> runtime::start(runtime_options options) {
  auto s = std::make_unique<state>(thread_count(options.settings.runtime));
  if (auto wired = s->wire(std::move(options)); !wired) {
    s->stop_clients();
    return wired.failure();
  }
  return std::unique_ptr<runtime>{new runtime{std::move(s)}};
}

runtime::runtime(std::unique_ptr<state> s) : state_{std::move(s)} {
}

runtime::~runtime() {
  stop({});
}

caf::actor_system& runtime::system() {
  return *state_->system;
}

boost::asio::io_context& runtime::io() {
  return state_->io.context();
}

const runtime_actors& runtime::actors() const {
  return state_->actors;
}

std::unique_ptr<blocking_client> runtime::client() {
  return std::make_unique<blocking_client>(system(), router());
}

snapshot runtime::look() {
  return take_snapshot(system(), actors());
}

void runtime::on_interrupt(std::function<void()> then) {
  state_->signals = std::make_unique<boost::asio::signal_set>(io(), SIGINT, SIGTERM);
  state_->signals->async_wait(
      [signals = state_->signals.get(), then = std::move(then)](auto cancelled, int) {
        if (cancelled)
          return;
        signals->clear();
        then();
      });
}

void runtime::on_hangup(std::function<void()> then) {
  state_->then_on_hangup = std::move(then);
  state_->hangups = std::make_unique<boost::asio::signal_set>(boost::asio::make_strand(io()),
                                                              SIGHUP);
  state_->hangups->async_wait([s = state_.get()](auto, int) { s->hear_hangup(); });
}

stop_report runtime::stop(duration patience) {
  stop_report report;
  if (!state_->wired)
    return report;
  state_->wired = false;
  state_->stop_hangups();
  {
    caf::scoped_actor self{system()};
    self->request(router(), caf::infinite, drain_requests{patience})
        .receive([&](const drain_reply& r) { report.cancelled = r.cancelled; },
                 [](const caf::error&) {});
    self->request(actors().traces, caf::infinite, flush_traces{patience})
        .receive([](const trace_status&) {}, [](const caf::error&) {});
    self->request(actors().alerts, caf::infinite,
                  flush_alerts{std::min(patience, alert_patience_max)})
        .receive([](const alert_status&) {}, [](const caf::error&) {});
  }
  report.last = look();
  stop_actors(system(), actors());
  state_->stop_clients();
  state_->actors = {};
  return report;
}

} // namespace spillway::runtime
