// The client against peers that do what no good server does.

#include "tests/transport/http_world.hpp"
#include "tests/transport/raw_peer.hpp"

#include <atomic>
#include <vector>

using namespace spillway;
using namespace spillway::tests;
using namespace std::chrono_literals;
using transport::http_exchange;
using transport::http_failure_kind;
using transport::http_timeouts;

namespace {

constexpr auto ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

void serve_to_the_end(raw_socket& peer, int) {
  while (!peer.read_request().empty())
    peer.write(ok);
}

/// Answers the first request of a connection, then takes one more and calls `then`.
raw_server::script serve_one_then(const std::function<void(raw_socket&)>& then) {
  return [then](raw_socket& peer, int) {
    peer.read_request();
    peer.write(ok);
    peer.read_request();
    then(peer);
  };
}

/// Answers the first request of a connection, then resets it within the body of the next.
void serve_one_then_reset_within(raw_socket& peer) {
  peer.read_request();
  peer.write(ok);
  peer.read_until("\r\n\r\n");
  peer.reset();
}

/// A request that no peer can have whole before it reads the body.
wire::http_request large_post() {
  return post(std::string(8 * 1024 * 1024, 'x'));
}

/// Takes one request and answers it with `bytes`, then closes.
raw_server::script say(std::string bytes) {
  return [bytes = std::move(bytes)](raw_socket& peer, int) {
    peer.read_request();
    peer.write(bytes);
  };
}

/// Takes one request, answers it with `bytes`, and holds the connection open.
raw_server::script say_and_wait(std::string bytes) {
  return [bytes = std::move(bytes)](raw_socket& peer, int) {
    peer.read_request();
    peer.write(bytes);
    peer.read_to_end();
  };
}

http_exchange call_against(raw_server::script script, http_timeouts timeouts = {},
                           wire::http_request request = post("x")) {
  raw_server server{std::move(script)};
  client_world w{server.endpoint(), GENERATE(1u, 2u, 4u)};
  return w.call(std::move(request), timeouts);
}

void check_failed(const http_exchange& e, http_failure_kind kind, bool request_sent) {
  INFO(failure_of(e).message);
  CHECK(to_string(failure_of(e).kind) == std::string{to_string(kind)});
  CHECK(failure_of(e).request_sent == request_sent);
}

} // namespace

TEST_CASE("a request stands on the wire as it should") {
  std::promise<std::string> seen;
  raw_server server{[&](raw_socket& peer, int) {
    seen.set_value(peer.read_request());
    peer.write(ok);
  }};
  client_world w{server.endpoint()};
  wire::http_request r{"POST", "/v1/x?y=1", {}, "body"};
  r.headers.add("X-Key", "value");
  CHECK(response_of(w.call(r)).body == "ok");
  CHECK(soon(seen.get_future())
        == "POST /v1/x?y=1 HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(w.to.port)
               + "\r\nX-Key: value\r\nContent-Length: 4\r\n\r\nbody");
}

TEST_CASE("calls one after another share a connection") {
  raw_server server{serve_to_the_end};
  client_world w{server.endpoint(), GENERATE(1u, 2u, 4u)};
  for (int i = 0; i < 10; ++i)
    CHECK(response_of(w.call(post("x"))).body == "ok");
  CHECK(server.connections() == 1);
}

TEST_CASE("a reply that says close is the last of its connection") {
  raw_server server{say_and_wait("HTTP/1.1 200 OK\r\nConnection: close\r\n"
                                 "Content-Length: 2\r\n\r\nok")};
  client_world w{server.endpoint()};
  CHECK(response_of(w.call(post("x"))).body == "ok");
  CHECK(response_of(w.call(post("x"))).body == "ok");
  CHECK(server.connections() == 2);
}

TEST_CASE("bytes beyond a reply never meet the next call") {
  raw_server server{
      say_and_wait(std::string{ok} + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nstolen")};
  client_world w{server.endpoint()};
  CHECK(response_of(w.call(post("x"))).body == "ok");
  CHECK(response_of(w.call(post("x"))).body == "ok");
  CHECK(server.connections() == 2);
}

TEST_CASE("a connection that the server closed while it was idle is replaced without a word") {
  raw_server server{say(ok)};
  client_world w{server.endpoint(), GENERATE(1u, 2u, 4u)};
  for (int i = 0; i < 5; ++i) {
    CHECK(response_of(w.call(post("x"))).body == "ok");
    while (server.closed() <= i)
      std::this_thread::yield();
  }
  CHECK(server.connections() == 5);
}

TEST_CASE("a request that cannot be written whole on a reused connection goes out on a fresh one") {
  raw_server server{[&](raw_socket& peer, int connection) {
    if (connection > 0)
      return serve_to_the_end(peer, connection);
    serve_one_then_reset_within(peer);
  }};
  client_world w{server.endpoint(), GENERATE(1u, 2u, 4u)};
  CHECK(response_of(w.call(post("x"))).body == "ok");
  CHECK(response_of(w.call(large_post())).body == "ok");
  CHECK(server.connections() == 2);
}

TEST_CASE("a request that was written is never written again: it may have been served") {
  const bool by_reset = GENERATE(true, false);
  std::atomic<int> requests{0};
  raw_server server{[&](raw_socket& peer, int) {
    while (!peer.read_request().empty()) {
      if (++requests == 1) {
        peer.write(ok);
        continue;
      }
      if (by_reset)
        peer.reset();
      return;
    }
  }};
  client_world w{server.endpoint(), GENERATE(1u, 2u, 4u)};
  CHECK(response_of(w.call(post("x"))).body == "ok");
  check_failed(w.call(post("x")), http_failure_kind::reset, true);
  CHECK(requests == 2);
}

TEST_CASE("a retried call is not retried again") {
  raw_server server{[](raw_socket& peer, int connection) {
    if (connection == 0)
      return serve_one_then_reset_within(peer);
    peer.read_until("\r\n\r\n");
    peer.reset();
  }};
  client_world w{server.endpoint(), GENERATE(1u, 2u, 4u)};
  response_of(w.call(post("x")));
  check_failed(w.call(large_post()), http_failure_kind::reset, true);
  CHECK(server.connections() == 2);
}

TEST_CASE("a call whose retry finds no server still counts as sent") {
  raw_server* listening = nullptr;
  raw_server server{[&](raw_socket& peer, int) {
    peer.read_request();
    peer.write(ok);
    peer.read_until("\r\n\r\n");
    listening->stop_listening();
    peer.reset();
  }};
  listening = &server;
  client_world w{server.endpoint()};
  response_of(w.call(post("x")));
  check_failed(w.call(large_post()), http_failure_kind::connect_failed, true);
}

TEST_CASE("a reused connection that ends within a reply is not retried") {
  raw_server server{serve_one_then([](raw_socket& peer) { peer.write("HTTP/1.1 2"); })};
  client_world w{server.endpoint(), GENERATE(1u, 2u, 4u)};
  response_of(w.call(post("x")));
  check_failed(w.call(post("x")), http_failure_kind::reset, true);
  CHECK(server.connections() == 1);
}

TEST_CASE("a fresh connection that is reset is not retried") {
  raw_server server{[](raw_socket& peer, int) {
    peer.read_request();
    peer.reset();
  }};
  client_world w{server.endpoint(), GENERATE(1u, 2u, 4u)};
  check_failed(w.call(post("x")), http_failure_kind::reset, true);
  CHECK(server.connections() == 1);
}

TEST_CASE("a reply that is cut short is a reset, wherever the cut is") {
  const auto part = GENERATE(as<std::string>{}, "", "HTTP/1.1 200 OK\r\nContent-",
                             "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
                             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
                             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  check_failed(call_against(say(part)), http_failure_kind::reset, true);
  check_failed(call_against([&](raw_socket& peer, int) {
                 peer.read_request();
                 peer.write(part);
                 peer.reset();
               }),
               http_failure_kind::reset, true);
}

TEST_CASE("a chunked reply arrives without its coding") {
  const auto e = call_against(say_and_wait("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                           "3\r\nabc\r\n4;note=1\r\ndefg\r\n0\r\nX-T: 1\r\n\r\n"));
  CHECK(response_of(e).body == "abcdefg");
}

TEST_CASE("a reply without a length ends where the connection ends") {
  CHECK(response_of(call_against(say("HTTP/1.1 200 OK\r\n\r\nall of it"))).body == "all of it");
}

TEST_CASE("interim replies are passed over, but not without end") {
  const std::string early = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
  const auto e = call_against(say_and_wait("HTTP/1.1 100 Continue\r\n\r\n" + early + early + ok));
  CHECK(response_of(e).status == 200);
  CHECK(response_of(e).body == "ok");
  std::string endless;
  for (int i = 0; i < 100; ++i)
    endless += early;
  check_failed(call_against(say_and_wait(endless)), http_failure_kind::protocol_error, true);
}

TEST_CASE("the reply to HEAD has a length and no body") {
  raw_server server{[](raw_socket& peer, int) {
    while (!peer.read_request().empty())
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
  }};
  client_world w{server.endpoint()};
  for (int i = 0; i < 2; ++i)
    CHECK(response_of(w.call({"HEAD", "/", {}, {}})).body.empty());
  CHECK(server.connections() == 1);
}

TEST_CASE("what is not HTTP or breaks a bound is a protocol error") {
  const std::string too_long(bounds::http_head_bytes_max + 1, 'x');
  const std::string too_big = std::to_string(bounds::http_reply_body_bytes_max + 1);
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  const auto bytes = GENERATE_COPY(
      as<std::string>{}, "\x16\x03\x01 not HTTP at all\r\n\r\n",
      "HTTP/1.1 200 OK\r\nX: " + too_long,
      "HTTP/1.1 200 OK\r\nContent-Length: " + too_big + "\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      chunked + "zz\r\n", chunked + "ffffffff\r\n", chunked + "1;" + too_long + too_long,
      chunked + "0\r\nX: " + too_long + too_long);
  check_failed(call_against(say_and_wait(bytes)), http_failure_kind::protocol_error, true);
}

TEST_CASE("an answer that comes before the body is all sent is not lost with the connection") {
  const auto e = call_against(
      [](raw_socket& peer, int) {
        peer.receive_little();
        peer.read_until("\r\n\r\n");
        peer.write("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig");
        peer.reset();
      },
      {}, post(std::string(16 * 1024 * 1024, 'x')));
  CHECK(response_of(e).status == 413);
  CHECK(response_of(e).body == "big");
}

TEST_CASE("a refused connection says so and was not sent") {
  const closed_port nobody;
  client_world w{nobody.endpoint(), GENERATE(1u, 2u, 4u)};
  check_failed(w.call(post("x")), http_failure_kind::connect_failed, false);
}

TEST_CASE("each time bound ends the phase it is for") {
  http_timeouts t;
  SECTION("connect") {
    const deaf_port deaf;
    client_world w{deaf.endpoint(), GENERATE(1u, 2u, 4u)};
    t.connect = 30ms;
    check_failed(w.call(post("x"), t), http_failure_kind::connect_timeout, false);
  }
  SECTION("connect, which covers the TLS handshake") {
    raw_server server{[](raw_socket& peer, int) { peer.read_to_end(); }};
    client_world w{server.endpoint(), GENERATE(1u, 2u, 4u)};
    w.to.tls = true;
    t.connect = 30ms;
    check_failed(w.call(post("x"), t), http_failure_kind::connect_timeout, false);
  }
  SECTION("first byte") {
    t.first_byte = 30ms;
    check_failed(call_against(say_and_wait(""), t), http_failure_kind::first_byte_timeout, true);
  }
  SECTION("idle, within the head or the body") {
    t.idle = 30ms;
    const auto part = GENERATE(as<std::string>{}, "HTTP/1.1 200 OK\r\nContent-",
                               "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc");
    const auto e = call_against(say_and_wait(part), t);
    check_failed(e, http_failure_kind::idle_timeout, true);
    CHECK(e.sent_at <= e.first_byte_at);
    CHECK(e.first_byte_at + 30ms <= e.finished_at);
  }
  SECTION("total, whatever the phase") {
    t.total = 30ms;
    check_failed(call_against(say_and_wait(""), t), http_failure_kind::total_timeout, true);
    check_failed(call_against(say_and_wait("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"), t),
                 http_failure_kind::total_timeout, true);
  }
}

TEST_CASE("an idle connection is closed when it has been idle for long enough") {
  std::promise<void> closed;
  raw_server server{[&](raw_socket& peer, int) {
    serve_to_the_end(peer, 0);
    closed.set_value();
  }};
  transport::beast_client_options brief;
  brief.idle_connection_max = 20ms;
  client_world w{server.endpoint(), 1, brief};
  response_of(w.call(post("x")));
  soon(closed.get_future());
}

TEST_CASE("calls beyond the cap wait their turn for a connection") {
  std::vector<std::string> order;
  raw_server server{[&](raw_socket& peer, int) {
    for (std::string r = peer.read_request(); !r.empty(); r = peer.read_request()) {
      order.push_back(r.substr(r.find("\r\n\r\n") + 4));
      peer.write(ok);
    }
  }};
  std::vector<std::string> sent;
  {
    transport::beast_client_options one;
    one.connections_max = 1;
    client_world w{server.endpoint(), GENERATE(1u, 2u, 4u), one};
    std::vector<std::future<http_exchange>> calls;
    for (int i = 0; i < 50; ++i) {
      sent.push_back("call " + std::to_string(i));
      calls.push_back(w.send(post(sent.back())));
    }
    for (auto& c : calls)
      CHECK(response_of(soon(std::move(c))).body == "ok");
  }
  CHECK(server.connections() == 1);
  CHECK(order == sent);
}

TEST_CASE("a place whose call failed goes to the next in the queue") {
  raw_server server{[](raw_socket& peer, int connection) {
    if (connection < 5)
      peer.reset();
    else
      serve_to_the_end(peer, connection);
  }};
  transport::beast_client_options one;
  one.connections_max = 1;
  client_world w{server.endpoint(), GENERATE(1u, 2u, 4u), one};
  std::vector<std::future<http_exchange>> calls;
  for (int i = 0; i < 10; ++i)
    calls.push_back(w.send(post("x")));
  int answered = 0;
  for (auto& c : calls)
    answered += std::holds_alternative<wire::http_response>(soon(std::move(c)).outcome) ? 1 : 0;
  CHECK(answered == 5);
  CHECK(server.connections() == 6);
}

TEST_CASE("the queue for connections is bounded in time and in length") {
  std::promise<void> taken;
  raw_server server{[&](raw_socket& peer, int) {
    peer.read_request();
    taken.set_value();
    peer.read_to_end();
  }};
  transport::beast_client_options one;
  one.connections_max = 1;
  client_world w{server.endpoint(), GENERATE(1u, 4u), one};
  auto holder = w.send(post("x"));
  soon(taken.get_future());
  http_timeouts brief;
  brief.connect = 30ms;
  check_failed(w.call(post("x"), brief), http_failure_kind::connect_timeout, false);
  std::vector<std::future<http_exchange>> waiting;
  http_timeouts patient;
  patient.connect = 1h;
  for (std::size_t i = 0; i < bounds::connection_queue_max; ++i)
    waiting.push_back(w.send(post("x"), patient));
  check_failed(w.call(post("x")), http_failure_kind::pool_exhausted, false);
  w.stop();
  check_failed(soon(std::move(holder)), http_failure_kind::shut_down, true);
  for (auto& c : waiting)
    CHECK(failure_of(soon(std::move(c))).kind == http_failure_kind::shut_down);
}
