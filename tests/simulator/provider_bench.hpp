#pragma once

#include "simulator/provider.hpp"
#include "tests/simulator/virtual_time.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace spillway::simulator::testing {

using namespace std::chrono_literals;
using transport::http_server_reply;

/// A provider of one model "m" that answers after 100 ms, on virtual time.
class bench {
public:
  explicit bench(provider_options options = {}) : provider_{complete(std::move(options))} {}

  /// Sends one request; the reply arrives in the result as time runs.
  std::shared_ptr<std::optional<http_server_reply>> send(wire::http_request request) {
    auto arrived = std::make_shared<std::optional<http_server_reply>>();
    provider_.handler()(std::move(request), [arrived](http_server_reply reply) {
      REQUIRE_FALSE(*arrived);
      *arrived = std::move(reply);
    });
    return arrived;
  }

  wire::http_response exchange(wire::http_request request) {
    const auto arrived = send(std::move(request));
    time.run_for(100ms);
    REQUIRE(*arrived);
    return std::get<wire::http_response>(**arrived);
  }

  /// What a stream writes until its time is over, and how it ends.
  transport::http_body::part streamed(wire::http_request request) {
    const auto arrived = send(std::move(request));
    time.run_for(200ms);
    REQUIRE(*arrived);
    const auto& reply = std::get<transport::http_streamed_reply>(**arrived);
    CHECK(reply.status == 200);
    CHECK(reply.headers.find("content-type").starts_with("text/event-stream"));
    return reply.body->take();
  }

  provider_statistics statistics() const { return provider_.statistics(); }

  virtual_time time;

private:
  provider_options complete(provider_options options) {
    if (options.models.empty())
      options.models["m"] = {};
    for (auto& [name, rules] : options.models)
      rules.latency = {100ms, 0, 0ms, 1s};
    options.clock = [this] { return time.now(); };
    options.schedule = time.schedule();
    return options;
  }
  provider provider_;
};

} // namespace spillway::simulator::testing
