#pragma once

#include "transport/beast_client.hpp"
#include "transport/beast_listener.hpp"
#include "transport/io_threads.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <utility>

namespace spillway::tests {

/// Ends the test, instead of hanging it, if `future` is not ready within ten seconds.
template <class T>
T soon(std::future<T> future) {
  if (future.wait_for(std::chrono::seconds{10}) != std::future_status::ready)
    FAIL("still waiting after ten seconds");
  return future.get();
}

/// A client on its own I/O threads, and a listener if a handler is given.
struct http_world {
  explicit http_world(transport::http_handler handler = {}, std::size_t threads = 1,
                      transport::beast_listener_options listening = {},
                      transport::beast_client_options calling = {})
      : io{threads} {
    auto made = transport::beast_client::make(io.context(), calling);
    REQUIRE(made);
    client = *made;
    if (!handler)
      return;
    auto opened = transport::beast_listener::listen(io.context(), listening, std::move(handler));
    REQUIRE(opened);
    listener = std::move(*opened);
    to = {false, "127.0.0.1", listener->port()};
  }
  ~http_world() { stop(); }

  void stop() {
    if (!client)
      return;
    std::promise<void> stopped;
    client->stop([&] { stopped.set_value(); });
    stopped.get_future().wait();
    client.reset();
    listener.reset();
  }

  std::future<transport::http_exchange> send(wire::http_request request,
                                             transport::http_timeouts timeouts = {}) {
    auto done = std::make_shared<std::promise<transport::http_exchange>>();
    auto result = done->get_future();
    // A second completion throws from set_value, and so ends the test run.
    last_call = client->send(to, std::move(request), timeouts,
                             [done](transport::http_exchange e) { done->set_value(std::move(e)); });
    return result;
  }

  transport::http_exchange call(wire::http_request request,
                                transport::http_timeouts timeouts = {}) {
    return soon(send(std::move(request), timeouts));
  }

  transport::io_threads io;
  std::shared_ptr<transport::beast_client> client;
  std::unique_ptr<transport::beast_listener> listener;
  transport::http_endpoint to;
  transport::http_call_id last_call = 0;
};

/// A world without a listener whose calls go to `to`.
struct client_world : http_world {
  explicit client_world(const transport::http_endpoint& peer, std::size_t threads = 1,
                        transport::beast_client_options calling = {})
      : http_world{{}, threads, {}, std::move(calling)} {
    to = peer;
  }
};

inline wire::http_request post(std::string body) {
  return {"POST", "/echo", {}, std::move(body)};
}

inline const wire::http_response& response_of(const transport::http_exchange& e) {
  if (const auto* failure = std::get_if<transport::http_failure>(&e.outcome))
    FAIL("no response: " << to_string(failure->kind) << ": " << failure->message);
  return std::get<wire::http_response>(e.outcome);
}

inline const transport::http_failure& failure_of(const transport::http_exchange& e) {
  REQUIRE(std::holds_alternative<transport::http_failure>(e.outcome));
  return std::get<transport::http_failure>(e.outcome);
}

} // namespace spillway::tests
