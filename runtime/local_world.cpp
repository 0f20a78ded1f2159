#include "runtime/local_world.hpp"

#include "transport/beast_listener.hpp"
#include "transport/io_threads.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <future>
#include <utility>

namespace spillway::runtime {
namespace {

simulator::quota_rules quota_of(const model_entry& model, simulator::window_kind window) {
  simulator::quota_rules q;
  q.requests_per_minute = model.limits.requests_per_minute;
  q.tokens_per_minute = model.limits.tokens_per_minute;
  q.input_tokens_per_minute = model.limits.input_tokens_per_minute;
  q.output_tokens_per_minute = model.limits.output_tokens_per_minute;
  q.requests_per_day = model.limits.requests_per_day;
  q.concurrent_requests = model.limits.concurrent_requests;
  q.window = window;
  q.day_zone = model.limits.day_zone;
  q.charge = model.charged_as == token_charge::input_only
                 ? simulator::charge_formula::input_only
                 : simulator::charge_formula::input_plus_output_max;
  return q;
}

/// Runs functions after a delay on the world's only thread.
simulator::scheduler timers_of(boost::asio::io_context& io) {
  return [&io](duration delay, std::function<void()> run) {
    if (delay <= duration{}) {
      boost::asio::post(io, std::move(run));
      return;
    }
    auto timer = std::make_shared<boost::asio::steady_timer>(io, delay);
    timer->async_wait([timer, run = std::move(run)](const boost::system::error_code& cancelled) {
      if (!cancelled)
        run();
    });
  };
}

simulator::provider_options with_timers(simulator::provider_options options,
                                        boost::asio::io_context& io) {
  options.schedule = timers_of(io);
  return options;
}

transport::http_handler wrapped(const handler_wrapper& around, transport::http_handler inner) {
  return around ? around(std::move(inner)) : inner;
}

/// Where the simulated provider serves a dialect.
std::string path_of(const std::string& dialect) {
  if (dialect == "anthropic")
    return {};
  if (dialect == "gemini")
    return "/v1beta";
  return dialect == "vertex" ? "/v1/projects/simulated/locations/simulated" : "/v1";
}

config::base_url local_url(std::uint16_t port, std::string path) {
  return {false, "127.0.0.1", port, std::move(path)};
}

} // namespace

struct local_world::state {
  explicit state(simulator::provider_options options)
      : provider{with_timers(std::move(options), io.context())} {}

  template <class Function>
  auto on_thread(Function f) const {
    std::promise<decltype(f())> done;
    boost::asio::post(io.context(), [&] { done.set_value(f()); });
    return done.get_future().get();
  }

  mutable transport::io_threads io{1};
  simulator::provider provider;
  simulator::trace_receiver receiver;
  std::unique_ptr<transport::beast_listener> provider_port;
  std::unique_ptr<transport::beast_listener> receiver_port;
};

result<std::unique_ptr<local_world>> local_world::start(config::settings& settings,
                                                        local_world_options options) {
  simulator::provider_options p;
  for (const model_entry& model : settings.models)
    p.models[model.upstream_name] = {quota_of(model, options.window), options.latency,
                                     model.context_max};
  p.faults = std::move(options.faults);
  p.seed = options.seed;
  p.script.seed = options.seed;
  p.clock = [] {
    return instant{std::chrono::steady_clock::now(), std::chrono::system_clock::now()};
  };
  auto s = std::make_unique<state>(std::move(p));
  auto provider_port = transport::beast_listener::listen(
      s->io.context(), {}, wrapped(options.around_provider, s->provider.handler()));
  if (!provider_port)
    return provider_port.failure();
  s->provider_port = std::move(*provider_port);
  auto receiver_port = transport::beast_listener::listen(
      s->io.context(), {}, wrapped(options.around_receiver, s->receiver.handler()));
  if (!receiver_port)
    return receiver_port.failure();
  s->receiver_port = std::move(*receiver_port);
  std::unique_ptr<local_world> world{new local_world{std::move(s)}};
  world->redirect(settings);
  return world;
}

void local_world::redirect(config::settings& settings) const {
  for (config::provider_settings& upstream : settings.providers) {
    upstream.url = local_url(state_->provider_port->port(), path_of(upstream.dialect));
    for (config::key_settings& key : upstream.keys)
      if (key.env.empty()) // the simulated provider takes nobody without a key
        key.env = {"SIMULATED_KEY"};
  }
  settings.langfuse.url = local_url(state_->receiver_port->port(), {});
  // People are not woken by what is simulated.
  std::erase_if(settings.alerts.targets, [](const config::alert_target_settings& t) {
    return t.kind != config::alert_target_kind::langfuse;
  });
}

local_world::local_world(std::unique_ptr<state> s) : state_{std::move(s)} {
}
local_world::~local_world() = default;

config::environment local_world::environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    return name.ends_with("_KEY") ? std::optional<std::string>{"simulated"} : std::nullopt;
  };
}

simulator::provider_statistics local_world::provider() const {
  return state_->on_thread([this] { return state_->provider.statistics(); });
}

simulator::trace_counts local_world::traces() const {
  return state_->on_thread([this] { return state_->receiver.counts(); });
}

} // namespace spillway::runtime
