#pragma once

#include "config/load.hpp"
#include "runtime/local_world.hpp"
#include "runtime/runtime.hpp"

#include <caf/send.hpp>
#include <catch2/catch.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace spillway::testing {

using namespace std::chrono_literals;

/// All that was said in words.
inline std::string text_of(const std::vector<deliver_deltas>& heard) {
  std::string text;
  for (const deliver_deltas& m : heard)
    for (const chat_delta& d : *m.deltas)
      text += d.text;
  return text;
}

/// A runtime whose vendors are simulated, each in its own dialect, over real sockets.
struct dialect_runtime {
  dialect_runtime(const char* settings_text, std::vector<simulator::fault_rule> faults) {
    auto settings = config::load_text(settings_text, "test");
    REQUIRE(settings);
    runtime::local_world_options options;
    options.latency = {2ms, 0.5, {}, 50ms};
    options.faults = std::move(faults);
    auto started_world = runtime::local_world::start(*settings, std::move(options));
    REQUIRE(started_world);
    world = std::move(*started_world);
    runtime::runtime_options r;
    r.settings = std::move(*settings);
    r.environment = runtime::local_world::environment();
    r.on_alert = [this](const alerts::notice& n) { told.push_back(n); };
    auto started = runtime::runtime::start(std::move(r));
    REQUIRE(started);
    rt = std::move(*started);
  }

  completion_reply ask(chat_request chat, const std::string& target = "default",
                       delta_sink_actor sink = {}) {
    run_completion r;
    r.target = target;
    r.chat = std::make_shared<const chat_request>(std::move(chat));
    r.deadline = 20s;
    r.sink = std::move(sink);
    return rt->client()->complete(std::move(r));
  }

  /// The reply to `chat`, streamed, and into `heard` what its sink was told.
  completion_reply hear(chat_request chat, std::vector<deliver_deltas>& heard) {
    const delta_sink_actor sink =
        rt->system().spawn([&heard]() -> delta_sink_actor::behavior_type {
          return {[&heard](const deliver_deltas& m) {
            heard.push_back(m);
            return deltas_taken{};
          }};
        });
    completion_reply reply = ask(std::move(chat), "default", sink);
    caf::anon_send_exit(sink, caf::exit_reason::user_shutdown);
    return reply;
  }

  std::vector<alerts::notice> told; ///< written by the sink; read after stop()
  std::unique_ptr<runtime::local_world> world;
  std::unique_ptr<runtime::runtime> rt;
};

} // namespace spillway::testing
