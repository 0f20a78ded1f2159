#pragma once

#include "config/load.hpp"
#include "gateway/gateway.hpp"
#include "runtime/local_world.hpp"
#include "runtime/runtime.hpp"
#include "runtime/system_wall_clock.hpp"
#include "transport/beast_client.hpp"
#include "transport/beast_listener.hpp"
#include "transport/io_threads.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>

namespace spillway::tests {

inline runtime::local_world_options quick() {
  runtime::local_world_options options;
  options.latency = {std::chrono::milliseconds{2}, 0.5, {}, std::chrono::milliseconds{50}};
  return options;
}

struct gateway_world_options {
  std::string config; ///< beside a route of two models
  std::string routes; ///< beside that one
  runtime::local_world_options provider = quick();
  std::vector<secret> keys;
  bool keys_required = false;
  std::string admin_key; ///< with it, there is a journal and virtual keys
};

/// A folder of its own, gone with the test.
struct folder_of_test {
  folder_of_test() {
    if (mkdtemp(path.data()) == nullptr)
      throw std::runtime_error{"no folder for the test"};
  }
  ~folder_of_test() { std::filesystem::remove_all(path); }
  folder_of_test(const folder_of_test&) = delete;
  folder_of_test& operator=(const folder_of_test&) = delete;
  std::string path = "/tmp/spillway-gateway-XXXXXX";
};

/// A gateway before a runtime before a simulated provider, all over real loopback sockets, and a
/// client to call it.
struct gateway_world {
  explicit gateway_world(gateway_world_options options = {}) {
    if (!options.admin_key.empty())
      options.config += "[journal]\npath = \"" + folder.path + "/journal\"\n";
    auto settings = config::load_text(R"(
[routes]
default = ["gpt-4o-mini", "gpt-3.5-turbo"]
)" + options.routes + R"(
[routing]
output_default = 100
)" + options.config,
                                      "test");
    if (!settings)
      throw std::runtime_error{settings.failure().message};
    provider = std::move(*runtime::local_world::start(*settings, std::move(options.provider)));
    runtime::runtime_options r;
    r.settings = std::move(*settings);
    r.environment = runtime::local_world::environment();
    r.on_alert = [](const alerts::notice&) {};
    rt = std::move(*runtime::runtime::start(std::move(r)));
    gateway::gateway_options g;
    g.system = &rt->system();
    g.actors = {rt->actors().router, {}, rt->actors().budget, rt->actors().traces,
                rt->actors().answers};
    g.actors.limiters.push_back(rt->actors().targets.front().target.limiter);
    g.models = {{"gpt-4o-mini", "openai"}, {"default", "spillway"}};
    g.access = {std::move(options.keys), options.keys_required, secret{options.admin_key}};
    g.keeper = rt->actors().keys;
    g.wall = runtime::system_wall_clock();
    door = std::make_unique<gateway::gateway>(std::move(g));
    listener = std::move(*transport::beast_listener::listen(rt->io(), {}, door->handler()));
    client = *transport::beast_client::make(io.context(), {});
  }

  ~gateway_world() {
    std::promise<void> stopped;
    client->stop([&] { stopped.set_value(); });
    stopped.get_future().wait();
  }

  transport::http_endpoint to() const { return {false, "127.0.0.1", listener->port()}; }

  wire::http_response call(wire::http_request request) {
    std::promise<transport::http_exchange> done;
    auto result = done.get_future();
    client->send(to(), std::move(request), {},
                 [&](transport::http_exchange e) { done.set_value(std::move(e)); });
    const transport::http_exchange e = result.get();
    REQUIRE(std::holds_alternative<wire::http_response>(e.outcome));
    return std::get<wire::http_response>(e.outcome);
  }

  wire::http_response get(std::string path) { return call({"GET", std::move(path), {}, {}}); }

  wire::http_response complete(std::string body) {
    return call({"POST", "/v1/chat/completions", {}, std::move(body)});
  }

  folder_of_test folder;
  std::unique_ptr<runtime::local_world> provider;
  std::unique_ptr<runtime::runtime> rt;
  std::unique_ptr<gateway::gateway> door;
  std::unique_ptr<transport::beast_listener> listener;
  transport::io_threads io{1};
  std::shared_ptr<transport::beast_client> client;
};

} // namespace spillway::tests
