// Embed Spillway in a program that has no actors: start it, ask, stop it.
//
// Uses the keys in your environment; with --simulate (or without keys) a simulated provider.

#include "config/load.hpp"
#include "runtime/local_world.hpp"
#include "runtime/runtime.hpp"

#include <cstdio>
#include <cstdlib>
#include <string_view>

using namespace spillway;

int main(int argc, char** argv) {
  const bool simulate = argc > 1 && std::string_view{argv[1]} == "--simulate";
  auto settings = config::load_text("", "defaults");
  if (!settings)
    return std::fprintf(stderr, "%s\n", settings.failure().message.c_str()), EXIT_FAILURE;

  runtime::runtime_options options;
  std::unique_ptr<runtime::local_world> world;
  if (simulate) {
    auto started = runtime::local_world::start(*settings, {});
    if (!started)
      return std::fprintf(stderr, "%s\n", started.failure().message.c_str()), EXIT_FAILURE;
    world = std::move(*started);
    options.environment = runtime::local_world::environment();
  }
  options.settings = std::move(*settings);

  auto spillway = runtime::runtime::start(std::move(options));
  if (!spillway)
    return std::fprintf(stderr, "%s\n", spillway.failure().message.c_str()), EXIT_FAILURE;

  const completion_reply reply
      = (*spillway)->client()->ask("default", "Why does a spillway save a dam? One sentence.");
  if (reply.status != completion_status::answered)
    return std::fprintf(stderr, "%s: %s\n", to_string(reply.status), reply.reason.c_str()),
           EXIT_FAILURE;
  std::printf("%s\n\n%s, %lld tokens in, %lld out, %s\n", reply.reply->message.text.c_str(),
              reply.model.value.c_str(), static_cast<long long>(reply.reply->usage.input.value()),
              static_cast<long long>(reply.reply->usage.output.value()),
              to_display_usd(reply.cost.total, 6).c_str());
  (*spillway)->stop(std::chrono::seconds{5});
  return EXIT_SUCCESS;
}
