// Calls that are cancelled, and clients that stop, at every stage of a call.

#include "tests/transport/http_world.hpp"
#include "tests/transport/raw_peer.hpp"

#include <atomic>
#include <thread>
#include <vector>

using namespace spillway;
using namespace spillway::tests;
using namespace std::chrono_literals;
using transport::http_exchange;
using transport::http_failure_kind;

namespace {

/// A server that takes a request, says `bytes`, tells that it has, and holds the connection.
struct holding_server {
  explicit holding_server(std::string bytes)
      : server{[this, bytes = std::move(bytes)](raw_socket& peer, int) {
          peer.read_request();
          peer.write(bytes);
          reached.set_value();
          peer.read_to_end();
        }} {}
  std::promise<void> reached;
  raw_server server;
};

enum class ending { cancel, stop };

void check_ended(client_world& w, std::future<http_exchange> call, ending how, bool request_sent) {
  if (how == ending::cancel)
    w.client->cancel(w.last_call);
  else
    w.stop();
  const http_exchange e = soon(std::move(call));
  CHECK(failure_of(e).kind
        == (how == ending::cancel ? http_failure_kind::cancelled : http_failure_kind::shut_down));
  CHECK(failure_of(e).request_sent == request_sent);
  CHECK(e.sent_at <= e.first_byte_at);
  CHECK(e.first_byte_at <= e.finished_at);
}

} // namespace

TEST_CASE("a call can be cancelled, and a client stopped, at every stage") {
  const auto how = GENERATE(ending::cancel, ending::stop);
  const auto threads = GENERATE(1u, 2u, 4u);
  SECTION("connecting") {
    const deaf_port deaf;
    client_world w{deaf.endpoint(), threads};
    check_ended(w, w.send(post("x")), how, false);
  }
  SECTION("shaking hands") {
    std::promise<void> greeted;
    raw_server server{[&](raw_socket& peer, int) {
      peer.read_until("\x16");
      greeted.set_value();
      peer.read_to_end();
    }};
    client_world w{server.endpoint(), threads};
    w.to.tls = true;
    auto call = w.send(post("x"));
    soon(greeted.get_future());
    check_ended(w, std::move(call), how, false);
  }
  SECTION("writing a body that nobody reads") {
    std::promise<void> begun;
    std::promise<void> over;
    raw_server server{[&](raw_socket& peer, int) {
      peer.receive_little();
      peer.read_until("\r\n\r\n");
      begun.set_value();
      over.get_future().wait();
    }};
    client_world w{server.endpoint(), threads};
    auto call = w.send(post(std::string(32 * 1024 * 1024, 'x')));
    soon(begun.get_future());
    check_ended(w, std::move(call), how, true);
    over.set_value();
  }
  SECTION("waiting for the reply") {
    holding_server silent{""};
    client_world w{silent.server.endpoint(), threads};
    auto call = w.send(post("x"));
    soon(silent.reached.get_future());
    check_ended(w, std::move(call), how, true);
  }
  SECTION("within the reply") {
    holding_server slow{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"};
    client_world w{slow.server.endpoint(), threads};
    auto call = w.send(post("x"));
    soon(slow.reached.get_future());
    check_ended(w, std::move(call), how, true);
  }
  SECTION("waiting for a connection") {
    holding_server silent{""};
    transport::beast_client_options one;
    one.connections_max = 1;
    client_world w{silent.server.endpoint(), threads, one};
    auto holder = w.send(post("x"));
    soon(silent.reached.get_future());
    check_ended(w, w.send(post("x")), how, false);
    w.stop();
    CHECK(failure_of(soon(std::move(holder))).kind == http_failure_kind::shut_down);
  }
}

TEST_CASE("a cancelled call ends as cancelled, however soon") {
  std::atomic<int> seen = 0;
  raw_server server{[&](raw_socket& peer, int) {
    ++seen;
    peer.read_to_end();
  }};
  client_world w{server.endpoint(), GENERATE(1u, 2u, 4u)};
  for (int i = 0; i < 40; ++i) {
    auto call = w.send(post("x"));
    for (int spin = 0; spin < i * 20; ++spin)
      std::this_thread::yield();
    w.client->cancel(w.last_call);
    CHECK(failure_of(soon(std::move(call))).kind == http_failure_kind::cancelled);
  }
}

TEST_CASE("a cancelled call leaves its place to the next, and a late cancel harms nobody") {
  std::promise<void> held;
  raw_server server{[&](raw_socket& peer, int connection) {
    if (connection == 0) {
      peer.read_request();
      held.set_value();
      peer.read_to_end();
    }
    while (!peer.read_request().empty())
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  }};
  transport::beast_client_options one;
  one.connections_max = 1;
  client_world w{server.endpoint(), GENERATE(1u, 2u, 4u), one};
  auto first = w.send(post("x"));
  const auto first_id = w.last_call;
  soon(held.get_future());
  auto second = w.send(post("x"));
  w.client->cancel(first_id);
  CHECK(failure_of(soon(std::move(first))).kind == http_failure_kind::cancelled);
  CHECK(response_of(soon(std::move(second))).body == "ok");
  w.client->cancel(first_id);
  w.client->cancel(w.last_call);
  CHECK(response_of(w.call(post("x"))).body == "ok");
}

TEST_CASE("a client that stops completes every call once, and later ones at once") {
  raw_server server{[](raw_socket& peer, int) { peer.read_to_end(); }};
  client_world w{server.endpoint(), GENERATE(1u, 2u, 4u)};
  std::vector<std::future<http_exchange>> calls;
  for (int i = 0; i < 100; ++i)
    calls.push_back(w.send(post("x")));
  auto client = w.client;
  w.stop();
  for (auto& c : calls)
    CHECK(failure_of(soon(std::move(c))).kind == http_failure_kind::shut_down);
  w.client = client;
  CHECK(failure_of(w.call(post("late"))).kind == http_failure_kind::shut_down);
}

TEST_CASE("a completion is never called from inside send, not even on the client's own thread") {
  transport::io_threads io{1};
  const auto client = *transport::beast_client::make(io.context(), {});
  std::promise<void> stopped;
  client->stop([&] { stopped.set_value(); });
  soon(stopped.get_future());
  std::promise<bool> nested;
  client->send({false, "127.0.0.1", 1}, post("x"), {}, [&](const http_exchange&) {
    auto sending = std::make_shared<std::atomic<bool>>(true);
    client->send({false, "127.0.0.1", 1}, post("x"), {},
                 [&, sending](const http_exchange&) { nested.set_value(*sending); });
    *sending = false;
  });
  CHECK_FALSE(soon(nested.get_future()));
}

TEST_CASE("an io_context that goes down with calls in flight takes them along") {
  std::atomic<int> arrived = 0;
  std::promise<void> both;
  raw_server server{[&](raw_socket& peer, int) {
    peer.read_request();
    if (++arrived == 2)
      both.set_value();
    peer.read_to_end();
  }};
  const auto witness = std::make_shared<int>(0);
  {
    transport::io_threads io{GENERATE(1u, 2u, 4u)};
    transport::beast_client_options two;
    two.connections_max = 2;
    const auto client = *transport::beast_client::make(io.context(), two);
    for (int i = 0; i < 10; ++i)
      client->send(server.endpoint(), post("x"), {}, [witness](const http_exchange&) {});
    soon(both.get_future());
    io.stop();
  }
  CHECK(witness.use_count() == 1);
}

TEST_CASE("a client without threads of its own makes its calls when it is polled") {
  raw_server server{[](raw_socket& peer, int) {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  }};
  transport::io_threads io{0};
  const auto client = *transport::beast_client::make(io.context(), {});
  std::promise<http_exchange> done;
  auto result = done.get_future();
  client->send(server.endpoint(), post("x"), {},
               [&](http_exchange e) { done.set_value(std::move(e)); });
  CHECK(result.wait_for(0s) == std::future_status::timeout);
  while (result.wait_for(0s) != std::future_status::ready)
    io.poll();
  CHECK(response_of(result.get()).body == "ok");
}
