// The listener against peers that do what no good client does.

#include "tests/transport/http_world.hpp"
#include "tests/transport/raw_peer.hpp"

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

using namespace spillway;
using namespace spillway::tests;
using namespace std::chrono_literals;
using transport::beast_listener;
using transport::beast_listener_options;
using transport::http_connection_fault;
using transport::http_responder;

namespace {

constexpr auto get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

/// Answers with the method, the target and the body.
void mirror(const wire::http_request& request, const http_responder& reply) {
  reply(wire::http_response{200, {}, request.method + " " + request.target + " " + request.body});
}

/// A listener and one raw connection to it.
struct server_world {
  explicit server_world(transport::http_handler handler = mirror,
                        beast_listener_options options = {})
      : io{GENERATE(1u, 2u, 4u)},
        listener{std::move(
            *beast_listener::listen(io.context(), std::move(options), std::move(handler)))},
        peer{connect()} {}

  raw_socket connect() const { return raw_socket::connect(listener->port()); }

  /// What the connection brings until it is closed, after `bytes` were sent on it.
  std::string answer_to(std::string_view bytes) {
    peer.write(bytes);
    return peer.read_to_end();
  }

  transport::io_threads io;
  std::unique_ptr<beast_listener> listener;
  raw_socket peer;
};

std::string status_line(const std::string& reply) {
  return reply.substr(0, reply.find("\r\n"));
}

/// The reply to the first of many connections that is served, up to `mark`; empty if none is.
std::string served_at_last(const server_world& w, std::string_view mark) {
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (std::chrono::steady_clock::now() < deadline) {
    raw_socket next = w.connect();
    next.write(get);
    if (std::string reply = next.read_until(mark); reply.ends_with(mark))
      return reply;
  }
  return {};
}

std::vector<wire::http_response> smuggling_replies() {
  std::vector<wire::http_response> replies(4);
  replies[0].headers.add("X-Note", "a\r\nX-Evil: b");
  replies[1].headers.add("X-Evil: b\r\nX", "a");
  replies[2].headers.add("content-length", "5");
  replies[3].status = 42;
  return replies;
}

std::string posting(std::size_t bytes, const std::string& fields = {}) {
  return "POST /a HTTP/1.1\r\nHost: h\r\n" + fields + "Content-Length: " + std::to_string(bytes)
         + "\r\n\r\n";
}

} // namespace

TEST_CASE("a reply stands on the wire as it should") {
  server_world w;
  CHECK(w.answer_to("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        == "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\nGET /a ");
}

TEST_CASE("requests of one connection are answered one after another, pipelined or not") {
  std::atomic<int> inside = 0;
  std::atomic<bool> overlapped = false;
  std::vector<std::thread> threads;
  server_world w{[&](const wire::http_request& request, const http_responder& reply) {
    overlapped = overlapped || ++inside > 1;
    threads.emplace_back([&, request, reply] {
      --inside;
      mirror(request, reply);
    });
  }};
  std::string all;
  for (int i = 0; i < 20; ++i)
    all += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
  w.peer.write(all);
  for (int i = 0; i < 20; ++i)
    CHECK(w.peer.read_until("GET /" + std::to_string(i) + " ").find("200 OK") < 20);
  w.peer.write(get);
  CHECK(w.peer.read_until("GET /a ").find("200 OK") < 20);
  CHECK_FALSE(overlapped);
  for (std::thread& t : threads)
    t.join();
}

TEST_CASE("a request may come byte by byte, and its body in chunks") {
  server_world w;
  for (const char c : std::string_view{"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                                       "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"})
    w.peer.write({&c, 1});
  CHECK(w.peer.read_until("abcde").find("200 OK") < 20);
}

TEST_CASE("HTTP/1.0 gets its reply and the end of the connection") {
  server_world w;
  CHECK(w.answer_to("GET /a HTTP/1.0\r\n\r\n").find("Connection: close") != std::string::npos);
}

TEST_CASE("replies that have no body have none") {
  SECTION("to HEAD") {
    server_world w;
    w.peer.write("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(w.peer.read_until("\r\n\r\n").find("Content-Length: 8\r\n") != std::string::npos);
    w.peer.write(get);
    CHECK(status_line(w.peer.read_until("GET /a ")) == "HTTP/1.1 200 OK");
  }
  SECTION("with status 204") {
    server_world w{[](const wire::http_request&, const http_responder& reply) {
      reply(wire::http_response{204, {}, "nothing"});
    }};
    CHECK(w.answer_to("GET /a HTTP/1.1\r\nConnection: close\r\n\r\n")
          == "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
  }
}

TEST_CASE("a client that waits for leave to send its body gets it") {
  server_world w;
  w.peer.write(posting(4, "Expect: 100-continue\r\n"));
  CHECK(w.peer.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  w.peer.write("body");
  CHECK(w.peer.read_until("body").find("HTTP/1.1 200 OK") == 0);
}

TEST_CASE("a request that is sent by half is answered 408") {
  beast_listener_options brief;
  SECTION("half a head") {
    brief.head_timeout = 30ms;
    server_world w{mirror, brief};
    CHECK(status_line(w.answer_to("GET /a HTT")) == "HTTP/1.1 408 Request Timeout");
  }
  SECTION("half a head behind a whole request") {
    brief.head_timeout = 30ms;
    server_world w{mirror, brief};
    const std::string both = w.answer_to(std::string{get} + "GET /b HTT");
    CHECK(both.find("HTTP/1.1 200 OK") == 0);
    CHECK(both.find("HTTP/1.1 408 Request Timeout") != std::string::npos);
  }
  SECTION("half a body") {
    brief.body_timeout = 30ms;
    server_world w{mirror, brief};
    CHECK(status_line(w.answer_to(posting(10) + "abc")) == "HTTP/1.1 408 Request Timeout");
  }
}

TEST_CASE("an idle connection is closed without a word") {
  beast_listener_options brief;
  brief.idle_timeout = 30ms;
  server_world fresh{mirror, brief};
  CHECK(fresh.answer_to("").empty());
  server_world used{mirror, brief};
  CHECK(used.answer_to(get) == "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nGET /a ");
}

TEST_CASE("what is too large is refused, and the reason reaches a peer that goes on sending") {
  beast_listener_options small;
  small.head_bytes_max = 1'000;
  small.body_bytes_max = 1'000;
  const std::string much(8 * 1024 * 1024, 'x');
  SECTION("a head") {
    server_world w{mirror, small};
    CHECK(status_line(w.answer_to("GET /a HTTP/1.1\r\nX: " + much))
          == "HTTP/1.1 431 Request Header Fields Too Large");
  }
  SECTION("a body") {
    server_world w{mirror, small};
    CHECK(status_line(w.answer_to(posting(much.size()) + much))
          == "HTTP/1.1 413 Content Too Large");
  }
  SECTION("in the words of whoever listens") {
    small.refuse = [](int status, const std::string& why) {
      wire::http_response r;
      r.status = status;
      r.body = "sorry: " + why;
      return r;
    };
    server_world w{mirror, small};
    CHECK(w.answer_to(posting(much.size()) + much).find("sorry: the body is larger than 1000 bytes")
          != std::string::npos);
  }
  SECTION("a body that asks before it is sent") {
    server_world w{mirror, small};
    w.peer.write(posting(1'001, "Expect: 100-continue\r\n"));
    CHECK(status_line(w.peer.read_until("\r\n")) == "HTTP/1.1 413 Content Too Large");
  }
  SECTION("a chunk's extension or the trailer, which no length announces") {
    server_world w{mirror, small};
    const auto part = GENERATE(as<std::string>{}, "1;", "0\r\nX: ");
    CHECK(status_line(
              w.answer_to("POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + part + much))
          == "HTTP/1.1 413 Content Too Large");
  }
  SECTION("nothing at the bound itself") {
    server_world w{mirror, small};
    w.peer.write(posting(1'000) + std::string(1'000, 'x'));
    CHECK(w.peer.read_until("xxxx").find("HTTP/1.1 200 OK") == 0);
  }
}

TEST_CASE("what is not HTTP, or has two lengths, is answered 400") {
  const auto bytes =
      GENERATE(as<std::string>{}, "not HTTP\r\n\r\n", "GET /a HTTP/9.9\r\n\r\n",
               "POST /a HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
               "POST /a HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd");
  server_world w;
  CHECK(status_line(w.answer_to(bytes)) == "HTTP/1.1 400 Bad Request");
}

TEST_CASE("faults end a connection as they say") {
  const auto fault_to = [](http_connection_fault fault) {
    return [fault](const wire::http_request&, const http_responder& reply) { reply(fault); };
  };
  SECTION("reset") {
    server_world w{fault_to(http_connection_fault::reset)};
    CHECK(w.answer_to(get).empty());
  }
  SECTION("garbage") {
    server_world w{fault_to(http_connection_fault::garbage)};
    const std::string got = w.answer_to(get);
    CHECK_FALSE(got.empty());
    CHECK(got.find("HTTP/1.1") == std::string::npos);
  }
  SECTION("stall, also for a peer that goes on sending, until the listener goes") {
    std::atomic<int> handled = 0;
    server_world w{[&](const wire::http_request&, const http_responder& reply) {
      ++handled;
      reply(http_connection_fault::stall);
    }};
    for (int i = 0; i < 100; ++i)
      CHECK(w.peer.write(get));
    // A second connection is served meanwhile, so the first has had its time.
    raw_socket other = w.connect();
    other.write(get);
    while (handled < 2)
      std::this_thread::yield();
    CHECK(w.peer.write(get));
    w.listener.reset();
    CHECK(w.peer.read_to_end().empty());
  }
}

TEST_CASE("connections beyond the cap are told so, and a place is free again after one ends") {
  beast_listener_options one;
  one.connections_max = 1;
  server_world w{mirror, one};
  w.peer.write(get);
  w.peer.read_until("GET /a ");
  raw_socket over = w.connect();
  over.write(get); // unread: closing at once would lose the reply
  const std::string refusal = over.read_to_end();
  CHECK(status_line(refusal) == "HTTP/1.1 503 Service Unavailable");
  CHECK(refusal.find("\r\nRetry-After: 1\r\n") != std::string::npos);
  CHECK(refusal.find("\r\nConnection: close\r\n") != std::string::npos);
  w.peer.write("GET /a HTTP/1.1\r\nConnection: close\r\n\r\n");
  w.peer.read_to_end();
  CHECK(status_line(served_at_last(w, "GET /a ")) == "HTTP/1.1 200 OK");
}

TEST_CASE("a crowd beyond the cap is turned away without taking its place in memory") {
  beast_listener_options one;
  one.connections_max = 1;
  server_world w{mirror, one};
  w.peer.write(get);
  w.peer.read_until("GET /a ");
  std::vector<raw_socket> crowd;
  for (int i = 0; i < 50; ++i)
    crowd.push_back(w.connect());
  // One is told and listened to until it leaves; the others are closed at once.
  const auto told = std::ranges::count_if(
      crowd, [](raw_socket& s) { return s.read_to_end().starts_with("HTTP/1.1 503"); });
  CHECK(told >= 1);
  CHECK(told < 50);
  w.peer.write(get);
  CHECK_FALSE(w.peer.read_until("GET /a ").empty());
}

TEST_CASE("a listener that goes closes its connections, whatever they do") {
  std::promise<void> asked;
  std::mutex guard;
  std::vector<http_responder> unanswered;
  server_world w{[&](const wire::http_request& request, const http_responder& reply) {
    if (request.target == "/a")
      return mirror(request, reply);
    const std::lock_guard lock{guard};
    unanswered.push_back(reply);
    asked.set_value();
  }};
  raw_socket idle = w.connect();
  idle.write(get);
  idle.read_until("GET /a ");
  raw_socket half_sent = w.connect();
  half_sent.write("GET /b HT");
  w.peer.write("GET /b HTTP/1.1\r\n\r\n");
  soon(asked.get_future());
  w.listener.reset();
  CHECK(w.peer.read_to_end().empty());
  CHECK(idle.read_to_end().empty());
  CHECK(half_sent.read_to_end().empty());
  for (const http_responder& late : unanswered)
    late(wire::http_response{});
}

TEST_CASE("a second reply to one request never answers the next") {
  std::mutex guard;
  std::vector<http_responder> replies;
  server_world w{[&](const wire::http_request& request, const http_responder& reply) {
    const std::lock_guard lock{guard};
    replies.push_back(reply);
    if (replies.size() == 2)
      replies[0](wire::http_response{200, {}, "again, the first"});
    mirror(request, reply);
  }};
  w.peer.write(get);
  CHECK(w.peer.read_until("GET /a ").find("200 OK") < 20);
  w.peer.write(get);
  const std::string second = w.peer.read_until("GET /a ");
  CHECK(second.find("again") == std::string::npos);
}

TEST_CASE("a reply that could smuggle a line is not sent") {
  const auto bad = GENERATE(from_range(smuggling_replies()));
  server_world w{[&](const wire::http_request&, const http_responder& reply) { reply(bad); }};
  const std::string got = w.answer_to("GET /a HTTP/1.1\r\nConnection: close\r\n\r\n");
  CHECK(status_line(got) == "HTTP/1.1 500 Internal Server Error");
  CHECK(got.find("Evil") == std::string::npos);
}

TEST_CASE("a peer that does not read its reply is cut, and its place is free again") {
  beast_listener_options brief;
  brief.write_timeout = 30ms;
  brief.connections_max = 1;
  server_world w{[](const wire::http_request& request, const http_responder& reply) {
                   const std::size_t size = request.target == "/much" ? 64 * 1024 * 1024 : 4;
                   reply(wire::http_response{200, {}, std::string(size, 'x')});
                 },
                 brief};
  w.peer.receive_little();
  w.peer.write("GET /much HTTP/1.1\r\n\r\n");
  CHECK(status_line(served_at_last(w, "xxxx")) == "HTTP/1.1 200 OK");
  CHECK(w.peer.read_to_end().size() < 64 * 1024 * 1024);
}

TEST_CASE("a listener that drains answers what it was asked, and nothing more") {
  std::promise<http_responder> asked;
  server_world w{
      [&](const wire::http_request&, const http_responder& reply) { asked.set_value(reply); }};
  raw_socket idle = w.connect();
  w.peer.write(get);
  const http_responder reply = soon(asked.get_future());
  std::promise<void> drained;
  auto done = drained.get_future();
  w.listener->drain([&] { drained.set_value(); });
  CHECK(idle.read_to_end().empty());
  CHECK(done.wait_for(20ms) == std::future_status::timeout);
  reply(wire::http_response{200, {}, "the last"});
  const std::string got = w.peer.read_to_end();
  CHECK(got.find("Connection: close") != std::string::npos);
  CHECK(got.ends_with("the last"));
  soon(std::move(done));
}

TEST_CASE("a handler may answer a peer that has left") {
  std::promise<http_responder> asked;
  server_world w{
      [&](const wire::http_request&, const http_responder& reply) { asked.set_value(reply); }};
  w.peer.write(get);
  const http_responder reply = soon(asked.get_future());
  w.peer.reset();
  reply(wire::http_response{200, {}, std::string(1'000'000, 'x')});
  raw_socket next = w.connect();
  next.write("not HTTP\r\n\r\n");
  CHECK(status_line(next.read_to_end()) == "HTTP/1.1 400 Bad Request");
}
