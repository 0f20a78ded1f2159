#include "apps/spillway/serve_command.hpp"

#include "apps/spillway/config_choice.hpp"
#include "apps/spillway/live_gateway.hpp"
#include "config/load.hpp"
#include "config/values.hpp"
#include "gateway/gateway.hpp"
#include "runtime/callable_names.hpp"
#include "runtime/local_world.hpp"
#include "runtime/runtime.hpp"
#include "runtime/service_notifier.hpp"
#include "runtime/system_wall_clock.hpp"
#include "transport/beast_listener.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <future>
#include <memory>
#include <utility>

namespace spillway::apps {
namespace {

struct serve_options {
  std::string config_file;
  config_choice config; ///< made once: a reload reads the same file
  std::string listen;
  bool simulate = false;
};

/// What replies get to leave for their callers once nothing is in flight any more.
constexpr auto flush_patience = std::chrono::seconds{5};

result<config::settings> read_settings(const serve_options& options) {
  auto settings = options.config.read();
  if (!settings || options.listen.empty())
    return settings;
  auto listen = config::read_listen_address(options.listen);
  if (!listen)
    return error{"--listen " + listen.failure().message};
  settings->gateway.listen = std::move(*listen);
  return settings;
}

std::vector<model_id> wired(const runtime::runtime_actors& actors) {
  std::vector<model_id> out;
  for (const runtime::supervised_target& t : actors.targets)
    out.push_back(t.model);
  return out;
}

gateway::metrics_sources sources_of(const runtime::runtime_actors& actors) {
  gateway::metrics_sources out{actors.router, {}, actors.budget, actors.traces, actors.answers};
  for (const runtime::supervised_target& t : actors.targets)
    if (std::ranges::find(out.limiters, t.target.limiter) == out.limiters.end())
      out.limiters.push_back(t.target.limiter);
  return out;
}

std::string url_of(const transport::beast_listener_options& at, std::uint16_t port) {
  const std::string& host = at.address;
  const bool v6 = host.find(':') != std::string::npos;
  const std::string scheme = at.tls_cert.empty() ? "http://" : "https://";
  return scheme + (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items)
    out += (out.empty() ? "" : ", ") + item;
  return out.empty() ? "nothing" : out;
}

void print_reload(const reload_report& r) {
  if (!r.refused.empty()) {
    std::fprintf(stderr, "spillway: the configuration stays as it was: %s\n", r.refused.c_str());
    return;
  }
  std::printf("configuration read again; changed for new requests: %s; after a restart: %s\n",
              joined(r.applied).c_str(), joined(r.after_restart).c_str());
  for (const std::string& warning : r.warnings)
    std::fprintf(stderr, "spillway: warning: %s\n", warning.c_str());
  std::fflush(stdout);
}

/// One write a line: threads do not mix theirs.
void print_line(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

/// What operators of several gateways must know, and who forgets at a restart.
std::string told_of_counts(const std::string& journal, bool simulated) {
  if (simulated && !journal.empty())
    return "simulated calls are kept in " + journal
           + " and count in its budgets like real ones; another journal.path keeps them apart";
  return "limits and budgets are counted in this process alone, "
         + (journal.empty() ? "and forgotten at its end: there is no journal.path"
                            : "and kept in " + journal);
}

struct serve_manner {
  std::string config; ///< what it was read from, for people
  duration drain{};
  bool simulated = false;
  std::string journal; ///< empty: none
  std::shared_ptr<live_gateway> live;
};

/// Serves until the runtime is to end, then stops in order: no new calls, those in flight, their
/// replies, the runtime.
result<void> serve(runtime::runtime& rt, gateway::gateway& door,
                   transport::beast_listener_options at, const serve_manner& how) {
  at.refuse = door.refuser();
  std::promise<void> ended;
  rt.on_interrupt([&] { ended.set_value(); });
  auto opened = transport::beast_listener::listen(
      rt.io(), at,
      with_access_log(door.handler(), runtime::system_wall_clock(), how.live->log()));
  if (!opened)
    return error{opened.failure().message + "; choose another address with --listen, or in "
                 "gateway.listen"};
  const std::shared_ptr<transport::beast_listener> listener = std::move(*opened);
  how.live->set_listener(listener);
  auto made = runtime::service_notifier::make(config::process_environment(), rt.io());
  if (!made)
    return made.failure();
  const std::shared_ptr<runtime::service_notifier> systemd = std::move(*made);
  rt.on_hangup([door, systemd]() mutable {
    systemd->reloading();
    door.reload([systemd](const reload_report& r) {
      print_reload(r);
      systemd->ready("serving");
    });
  });
  print_line("configuration: " + how.config);
  print_line(told_of_counts(how.journal, how.simulated));
  std::printf("spillway serves %s/v1%s\n", url_of(at, listener->port()).c_str(),
              how.simulated ? " through a simulated provider; no provider key is used" : "");
  std::fflush(stdout);
  systemd->ready("serving");
  ended.get_future().wait();
  systemd->stopping("waiting for calls in flight");
  std::printf("stopping: calls in flight get up to %lld s\n",
              static_cast<long long>(std::chrono::ceil<std::chrono::seconds>(how.drain).count()));
  std::fflush(stdout);
  auto flushed = std::make_shared<std::promise<void>>();
  door.drain();
  listener->drain([flushed] { flushed->set_value(); });
  const runtime::stop_report report = rt.stop(how.drain);
  flushed->get_future().wait_for(flush_patience);
  how.live->set_listener({});
  const report::usage_report& usage = report.last.router.usage;
  std::printf("stopped: %llu requests, %llu answered, %zu cut, %s spent\n",
              static_cast<unsigned long long>(usage.requests),
              static_cast<unsigned long long>(usage.answered), report.cancelled,
              to_display_usd(usage.cost, 6).c_str());
  return {};
}

result<void> run(const serve_options& options) {
  auto settings = read_settings(options);
  if (!settings)
    return settings.failure();
  const auto live = std::make_shared<live_gateway>(print_line);
  if (auto prepared = live->prepare(*settings); !prepared)
    return prepared.failure();
  std::unique_ptr<runtime::local_world> world;
  runtime::runtime_options r;
  if (options.simulate) {
    auto started = runtime::local_world::start(*settings, {});
    if (!started)
      return started.failure();
    world = std::move(*started);
    r.environment = runtime::local_world::environment();
  }
  transport::beast_listener_options at;
  at.address = settings->gateway.listen.host;
  at.port = settings->gateway.listen.port;
  at.tls_cert = settings->gateway.tls_cert;
  at.tls_key = settings->gateway.tls_key;
  const serve_manner how{options.config.name(), settings->runtime.drain, options.simulate,
                         settings->journal.path, live};
  gateway::gateway_options g;
  g.access = live->take_over();
  g.take_over = [live] { return live->take_over(); };
  g.wall = runtime::system_wall_clock();
  g.cache_by_default = settings->cache.by_default;
  r.settings = *settings;
  r.reread = [options, live, simulated = world.get()]() -> result<config::settings> {
    auto again = read_settings(options);
    if (!again)
      return again;
    if (auto prepared = live->prepare(*again); !prepared)
      return prepared.failure();
    if (simulated != nullptr)
      simulated->redirect(*again);
    return again;
  };
  r.on_warning = [](const std::string& warning) {
    std::fprintf(stderr, "spillway: warning: %s\n", warning.c_str());
  };
  auto rt = runtime::runtime::start(std::move(r));
  if (!rt)
    return rt.failure();
  g.system = &(*rt)->system();
  g.actors = sources_of((*rt)->actors());
  g.reloader = (*rt)->actors().reloader;
  g.keeper = (*rt)->actors().keys;
  g.models = runtime::callable_names(*settings, wired((*rt)->actors()),
                                     std::chrono::system_clock::now());
  gateway::gateway door{std::move(g)};
  return serve(**rt, door, at, how);
}

constexpr const char* notes =
    R"(The API of OpenAI (chat completions, responses, embeddings, models) and of
Anthropic (messages), with any model or route, within your limits and budgets.
Also: /healthz (it lives), /readyz (it takes requests), /metrics (Prometheus),
/explain/ID and /v1/plan (why a request went where it went, or would go).

SIGTERM lets calls in flight end (runtime.drain); a second one ends at once.
SIGHUP reads the configuration again; if it is wrong, the old one stays.
Beyond this machine it starts only with keys: `spillway keys create NAME`, or
gateway.keys_env. TLS: gateway.tls_cert and gateway.tls_key.

Examples:
  spillway serve --simulate &
  OPENAI_BASE_URL=http://127.0.0.1:8080/v1 OPENAI_API_KEY=none python agent.py
  spillway serve --config /etc/spillway/spillway.toml --listen 127.0.0.1:9000)";

} // namespace

void add_serve_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<serve_options>();
  CLI::App* command = app.add_subcommand("serve", "The OpenAI-compatible gateway");
  command->group("Ask models");
  command->footer(notes);
  add_config_option(*command, options->config_file);
  command->add_option("--listen", options->listen, "address:port, instead of gateway.listen");
  command->add_flag("--simulate", options->simulate,
                    "Talk to a simulated provider on loopback; needs no key");
  command->callback([options, &exit_code] {
    options->config = choose_config(options->config_file);
    const auto done = run(*options);
    if (!done)
      std::fprintf(stderr, "spillway: %s\n", done.failure().message.c_str());
    exit_code = done ? 0 : 1;
  });
}

} // namespace spillway::apps
