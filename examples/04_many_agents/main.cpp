// Six agents review real files at the same time. Without keys in the environment they talk to a
// simulated provider on loopback, over real HTTP.

#include "examples/04_many_agents/fleet.hpp"
#include "examples/04_many_agents/live_table.hpp"
#include "examples/04_many_agents/report_text.hpp"
#include "examples/04_many_agents/review_settings.hpp"
#include "runtime/local_world.hpp"
#include "runtime/run_report.hpp"

#include <atomic>
#include <cstdlib>

using namespace spillway;

namespace {

constexpr int exit_interrupted = 130; // 128 + SIGINT, as shells say it
constexpr auto redraw_interval = std::chrono::milliseconds{200};
/// What calls in flight get after Ctrl-C: a person waits.
constexpr auto patience_interrupted = std::chrono::seconds{2};

int fail(const error& why) {
  std::fprintf(stderr, "many_agents: %s\n", why.message.c_str());
  return EXIT_FAILURE;
}

bool has_key(const config::settings& settings) {
  const config::environment variables = config::process_environment();
  for (const config::provider_settings& p : settings.providers)
    for (const config::key_settings& k : p.keys)
      for (const std::string& name : k.env)
        if (variables(name))
          return true;
  return false;
}

/// Shows the fleet at work until it has finished or the user interrupts.
void watch(fleet& agents, runtime::runtime& rt, live_table& table, const std::atomic<bool>& stop) {
  while (!stop && !agents.wait_for(redraw_interval))
    table.show(rt.look());
}

int run(const command_line& c, config::settings settings) {
  std::FILE* out = c.json ? stderr : stdout;
  const auto begin = std::chrono::steady_clock::now();
  std::unique_ptr<runtime::local_world> world;
  runtime::runtime_options options;
  if (c.simulate || !has_key(settings)) {
    std::fprintf(out, "No provider key is used: this run talks to a simulated provider on "
                      "loopback.\n");
    runtime::local_world_options simulated;
    simulated.seed = c.seed;
    auto started = runtime::local_world::start(settings, simulated);
    if (!started)
      return fail(started.failure());
    world = std::move(*started);
    options.environment = runtime::local_world::environment();
  } else {
    std::fprintf(out, "Keys found: this run talks to the real providers.\n");
  }
  const duration drain = settings.runtime.drain;
  options.settings = std::move(settings);
  auto rt = runtime::runtime::start(std::move(options));
  if (!rt)
    return fail(rt.failure());
  std::atomic<bool> interrupted = false;
  (*rt)->on_interrupt([&] { interrupted = true; });
  auto agents = fleet::start(**rt, c.folders);
  if (!agents)
    return fail(agents.failure());

  live_table table{out};
  watch(**agents, **rt, table, interrupted);
  const auto stopped = (*rt)->stop(interrupted ? patience_interrupted : drain);
  table.finish(stopped.last);
  // Stopping the runtime ended whatever the agents were waiting for.
  if ((*agents)->wait_for(patience_interrupted))
    print_findings(out, (*agents)->findings());
  if (interrupted)
    std::fprintf(out, "\nInterrupted: %zu requests were cut.\n", stopped.cancelled);

  const auto report =
      runtime::make_run_report(stopped.last, std::chrono::steady_clock::now() - begin);
  print_report(out, report);
  if (world)
    std::fprintf(out, "The provider refused %llu calls; the trace receiver accepted %zu calls.\n",
                 static_cast<unsigned long long>(world->provider().refused_by_limits()),
                 world->traces().generations);
  if (c.json)
    std::printf("%s\n", runtime::to_json(report).c_str());
  if (interrupted)
    return exit_interrupted;
  return report.usage.answered > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

} // namespace

int main(int argc, char** argv) {
  int exit_code = EXIT_SUCCESS;
  const auto c = read_command_line(argc, argv, exit_code);
  if (!c)
    return exit_code;
  auto settings = review_settings(*c);
  if (!settings)
    return fail(settings.failure());
  return run(*c, std::move(*settings));
}
