// Streamed replies, written by the listener and read by the client, over real sockets.

#include "core/bounds.hpp"
#include "tests/transport/http_world.hpp"
#include "tests/transport/raw_peer.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

using namespace spillway;
using namespace spillway::tests;
using namespace std::chrono_literals;
using transport::http_body;
using transport::http_exchange;
using transport::http_failure_kind;
using transport::http_responder;
using transport::http_streamed_reply;
using transport::http_timeouts;

namespace {

constexpr std::size_t window = bounds::http_stream_window_bytes;

/// What a streamed call brings, kept as it comes.
struct reader {
  explicit reader(bool consumes_itself = true) : consumes{consumes_itself} {}

  std::future<http_exchange> call(http_world& w, http_timeouts timeouts = {}) {
    client = w.client.get();
    const std::lock_guard lock{guard};
    id = client->send_streamed(w.to, post("x"), timeouts,
                               {[this](const transport::http_reply_head& h) { head.set_value(h); },
                                [this](const std::string& piece) { take(piece); }},
                               [this](http_exchange e) { done.set_value(std::move(e)); });
    return done.get_future();
  }

  void take(const std::string& piece) {
    const std::lock_guard lock{guard};
    if (text.empty())
      first.set_value();
    text += piece;
    if (consumes)
      client->consume(id, piece.size());
  }

  std::string so_far() {
    const std::lock_guard lock{guard};
    return text;
  }

  bool consumes;
  transport::http_client* client = nullptr;
  transport::http_call_id id = 0;
  std::mutex guard;
  std::string text;
  std::promise<transport::http_reply_head> head;
  std::promise<void> first;
  std::promise<http_exchange> done;
};

/// A handler that answers with `body`.
transport::http_handler stream(std::shared_ptr<http_body> body) {
  return [body](const wire::http_request&, const http_responder& reply) {
    http_streamed_reply r{200, {}, body};
    r.headers.add("Content-Type", "text/event-stream");
    reply(std::move(r));
  };
}

/// Holds the connection after `bytes`.
raw_server::script say_and_wait(std::string bytes) {
  return [bytes = std::move(bytes)](raw_socket& peer, int) {
    peer.read_request();
    peer.write(bytes);
    peer.read_to_end();
  };
}

constexpr auto chunked_head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

} // namespace

TEST_CASE("a streamed reply arrives piece by piece, its head before all") {
  const auto body = std::make_shared<http_body>();
  http_world w{stream(body), GENERATE(1u, 2u, 4u)};
  reader r;
  auto done = r.call(w);
  const auto head = soon(r.head.get_future());
  CHECK(head.status == 200);
  CHECK(head.headers.find("content-type") == "text/event-stream");
  CHECK(r.so_far().empty());
  body->write("one ");
  soon(r.first.get_future());
  CHECK(done.wait_for(0s) == std::future_status::timeout);
  body->write("two ");
  body->write("three");
  body->finish();
  const http_exchange e = soon(std::move(done));
  CHECK(response_of(e).status == 200);
  CHECK(response_of(e).body.empty());
  CHECK(r.so_far() == "one two three");
  CHECK(e.first_byte_at <= head.at);
  CHECK(head.at <= e.finished_at);
}

TEST_CASE("a connection serves on after a streamed reply") {
  std::atomic<int> served = 0;
  raw_server server{[&](raw_socket& peer, int) {
    while (!peer.read_request().empty()) {
      ++served;
      peer.write(std::string{chunked_head} + "3\r\nabc\r\n0\r\n\r\n");
    }
  }};
  client_world w{server.endpoint()};
  for (int i = 0; i < 3; ++i) {
    reader r;
    response_of(soon(r.call(w)));
    CHECK(r.so_far() == "abc");
  }
  CHECK(served == 3);
  CHECK(server.connections() == 1);
}

TEST_CASE("a reply that is no success is collected, not streamed") {
  raw_server server{say_and_wait("HTTP/1.1 429 Slow\r\nContent-Length: 4\r\n\r\nwait")};
  client_world w{server.endpoint()};
  reader r;
  const http_exchange e = soon(r.call(w));
  CHECK(response_of(e).status == 429);
  CHECK(response_of(e).body == "wait");
  CHECK(r.so_far().empty());
}

TEST_CASE("an upstream is read no faster than its reply is consumed") {
  const std::size_t size = 40 * window;
  std::atomic<std::size_t> sent = 0;
  raw_server server{[&](raw_socket& peer, int) {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n");
    for (const std::string piece(4096, 'x'); sent < size && peer.write(piece);)
      sent += piece.size();
    peer.read_to_end();
  }};
  client_world w{server.endpoint(), GENERATE(1u, 4u)};
  http_timeouts t;
  t.idle = 50ms;
  reader r{false};
  auto done = r.call(w, t);
  // Longer than the idle bound: it must not run while the reader is the slow one.
  CHECK(done.wait_for(300ms) == std::future_status::timeout);
  CHECK(r.so_far().size() >= window);
  CHECK(r.so_far().size() < window + 64 * 1024);
  CHECK(sent < size);
  {
    const std::lock_guard lock{r.guard};
    r.consumes = true;
    w.client->consume(r.id, r.text.size());
  }
  response_of(soon(std::move(done)));
  CHECK(r.so_far().size() == size);
}

TEST_CASE("a stream that stalls, is cut or grows stale ends as what happened to it") {
  const std::string begun = std::string{chunked_head} + "3\r\nabc\r\n";
  http_timeouts t;
  SECTION("silence between two pieces") {
    raw_server server{say_and_wait(begun)};
    client_world w{server.endpoint(), GENERATE(1u, 4u)};
    t.idle = 40ms;
    reader r;
    CHECK(failure_of(soon(r.call(w, t))).kind == http_failure_kind::idle_timeout);
    CHECK(r.so_far() == "abc");
  }
  SECTION("the upstream leaves") {
    raw_server server{[&](raw_socket& peer, int) {
      peer.read_request();
      peer.write(begun);
    }};
    client_world w{server.endpoint()};
    reader r;
    CHECK(failure_of(soon(r.call(w, t))).kind == http_failure_kind::reset);
    CHECK(r.so_far() == "abc");
  }
  SECTION("the total bound, also while the reader is slow") {
    raw_server server{say_and_wait("HTTP/1.1 200 OK\r\n\r\n" + std::string(2 * window, 'x'))};
    client_world w{server.endpoint()};
    t.total = 60ms;
    reader r{false};
    CHECK(failure_of(soon(r.call(w, t))).kind == http_failure_kind::total_timeout);
  }
  SECTION("a cancel, which the upstream sees within a second") {
    std::promise<void> left;
    raw_server server{[&](raw_socket& peer, int) {
      peer.read_request();
      peer.write(begun);
      peer.read_to_end();
      left.set_value();
    }};
    client_world w{server.endpoint(), GENERATE(1u, 4u)};
    reader r;
    auto done = r.call(w);
    soon(r.first.get_future());
    const auto asked = std::chrono::steady_clock::now();
    w.client->cancel(r.id);
    CHECK(failure_of(soon(std::move(done))).kind == http_failure_kind::cancelled);
    soon(left.get_future());
    CHECK(std::chrono::steady_clock::now() - asked < 1s);
  }
  SECTION("a cancel while the reader is slow") {
    raw_server server{say_and_wait("HTTP/1.1 200 OK\r\n\r\n" + std::string(2 * window, 'x'))};
    client_world w{server.endpoint()};
    reader r{false};
    auto done = r.call(w);
    while (r.so_far().size() < window)
      std::this_thread::yield();
    w.client->cancel(r.id);
    CHECK(failure_of(soon(std::move(done))).kind == http_failure_kind::cancelled);
  }
}

TEST_CASE("a producer learns what has left for the peer") {
  std::promise<void> all;
  std::atomic<std::size_t> written = 0;
  const auto body = std::make_shared<http_body>([&](std::size_t n) {
    if ((written += n) == 6)
      all.set_value();
  });
  http_world w{stream(body)};
  reader r;
  auto done = r.call(w);
  CHECK(body->write("abc"));
  CHECK(body->write("def"));
  soon(all.get_future());
  body->finish();
  soon(std::move(done));
  CHECK_FALSE(body->write("late"));
}

TEST_CASE("how a streamed reply went is told once, when both its ends are done with it") {
  std::promise<http_body::summary> told;
  const auto body = std::make_shared<http_body>();
  body->on_end([&](const http_body::summary& how) { told.set_value(how); });
  wire::http_headers fields;
  fields.add("x-cost", "1");
  SECTION("one that its peer got whole") {
    http_world w{stream(body)};
    reader r;
    auto done = r.call(w);
    body->write("abc");
    body->finish(fields);
    soon(std::move(done));
    const http_body::summary how = soon(told.get_future());
    CHECK(how.whole);
    CHECK(how.bytes == 3);
    CHECK(how.fields.find("x-cost") == "1");
  }
  SECTION("one whose peer left, also if it is ended later") {
    body->write("abc");
    body->close();
    body->write("def");
    body->finish(fields);
    body->finish({});
    body->close();
    const http_body::summary how = soon(told.get_future());
    CHECK_FALSE(how.whole);
    CHECK(how.fields.find("x-cost") == "1");
  }
  SECTION("one that is aborted") {
    body->write("abc");
    body->take();
    body->written(3);
    body->abort();
    body->close();
    const http_body::summary how = soon(told.get_future());
    CHECK_FALSE(how.whole);
    CHECK(how.bytes == 3);
  }
}

TEST_CASE("a peer that does not read is not written for without end") {
  const auto body = std::make_shared<http_body>();
  std::promise<void> gone;
  http_world w{[&](const wire::http_request&, const http_responder& reply) {
    reply.on_gone([&] { gone.set_value(); });
    reply(http_streamed_reply{200, {}, body});
  }};
  raw_socket peer = raw_socket::connect(w.to.port);
  peer.receive_little();
  peer.write("GET / HTTP/1.1\r\n\r\n");
  std::size_t taken = 0;
  for (const std::string piece(64 * 1024, 'x'); body->write(piece);)
    taken += piece.size();
  CHECK(taken < 64 * 1024 * 1024);
  soon(gone.get_future());
}

TEST_CASE("a slow peer is cut when a write takes too long") {
  transport::beast_listener_options brief;
  brief.write_timeout = 30ms;
  const auto body = std::make_shared<http_body>();
  std::promise<void> gone;
  http_world w{[&](const wire::http_request&, const http_responder& reply) {
                 reply.on_gone([&] { gone.set_value(); });
                 reply(http_streamed_reply{200, {}, body});
               },
               1, brief};
  raw_socket peer = raw_socket::connect(w.to.port);
  peer.receive_little();
  peer.write("GET / HTTP/1.1\r\n\r\n");
  auto left = gone.get_future();
  // At most the queue's bound at a time: it is the time that cuts, not the queue.
  const std::string piece(bounds::http_stream_window_bytes, 'x');
  while (left.wait_for(1ms) != std::future_status::ready)
    body->write(piece);
  CHECK_FALSE(body->write("late"));
}

TEST_CASE("a peer that leaves is noticed, before the reply and within it") {
  const bool by_reset = GENERATE(true, false);
  std::promise<void> asked;
  std::promise<void> gone;
  const auto body = std::make_shared<http_body>();
  const bool streaming = GENERATE(true, false);
  http_world w{[&](const wire::http_request&, const http_responder& reply) {
                 reply.on_gone([&] { gone.set_value(); });
                 if (streaming)
                   reply(http_streamed_reply{200, {}, body});
                 asked.set_value();
               },
               GENERATE(1u, 4u)};
  {
    raw_socket peer = raw_socket::connect(w.to.port);
    peer.write("GET / HTTP/1.1\r\n\r\n");
    soon(asked.get_future());
    if (streaming) {
      body->write("hello");
      CHECK(peer.read_until("hello").find("Transfer-Encoding: chunked") != std::string::npos);
    }
    if (by_reset)
      peer.reset();
  }
  soon(gone.get_future());
}

TEST_CASE("a peer that stays to the end is never told to have left") {
  std::atomic<int> left = 0;
  http_world w{[&](const wire::http_request& request, const http_responder& reply) {
    reply.on_gone([&] { ++left; });
    reply(wire::http_response{200, {}, request.body});
  }};
  for (int i = 0; i < 20; ++i)
    CHECK(response_of(w.call(post("x"))).body == "x");
  CHECK(left == 0);
}

TEST_CASE("an aborted body cannot be taken for a whole one") {
  const auto body = std::make_shared<http_body>();
  http_world w{stream(body)};
  reader r;
  auto done = r.call(w);
  body->write("part");
  soon(r.first.get_future());
  body->abort();
  CHECK(failure_of(soon(std::move(done))).kind == http_failure_kind::reset);
}

TEST_CASE("a streamed reply to HTTP/1.0 ends with its connection, and to HEAD with its head") {
  const auto body = std::make_shared<http_body>();
  body->write("all of it");
  body->finish();
  http_world w{stream(body)};
  raw_socket peer = raw_socket::connect(w.to.port);
  SECTION("1.0") {
    peer.write("GET / HTTP/1.0\r\n\r\n");
    const std::string got = peer.read_to_end();
    CHECK(got.find("Transfer-Encoding") == std::string::npos);
    CHECK(got.ends_with("\r\n\r\nall of it"));
  }
  SECTION("HEAD") {
    peer.write("HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n");
    CHECK(peer.read_to_end().ends_with("\r\n\r\n"));
  }
}

TEST_CASE("a request that comes in pieces is no sign that its peer has left") {
  std::atomic<int> left = 0;
  boost::asio::io_context* io = nullptr;
  http_world w{[&](const wire::http_request&, const http_responder& reply) {
                 reply.on_gone([&] { ++left; });
                 // By then the watch for the peer has begun, and what was read has been announced.
                 auto later = std::make_shared<boost::asio::steady_timer>(*io, 1ms);
                 later->async_wait([later, reply](const boost::system::error_code&) {
                   reply(wire::http_response{200, {}, "done"});
                 });
               },
               4};
  io = &w.io.context();
  std::vector<raw_socket> peers;
  for (int p = 0; p < 8; ++p)
    peers.push_back(raw_socket::connect(w.to.port));
  std::vector<std::thread> threads;
  for (raw_socket& peer : peers)
    threads.emplace_back([&peer] {
      for (int i = 0; i < 200; ++i) {
        peer.write("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n");
        peer.write("abc");
        peer.read_until("done");
      }
    });
  for (std::thread& t : threads)
    t.join();
  CHECK(left == 0);
}
