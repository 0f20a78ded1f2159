#include "tests/transport/http_world.hpp"

#include <atomic>
#include <thread>

using namespace spillway;
using namespace spillway::tests;
using namespace std::chrono_literals;
using transport::http_connection_fault;
using transport::http_failure_kind;

namespace {

void echo(wire::http_request request, const transport::http_responder& reply) {
  wire::http_response response;
  response.headers.add("X-Method", request.method);
  response.body = std::move(request.body);
  reply(std::move(response));
}

transport::http_handler faulty(http_connection_fault fault) {
  return
      [fault](const wire::http_request&, const transport::http_responder& reply) { reply(fault); };
}

} // namespace

TEST_CASE("a request and its reply cross the wire whole, on one, two and four threads") {
  for (const std::size_t threads : {1, 2, 4}) {
    http_world w{echo, threads};
    const auto e = w.call(post(std::string(300'000, 'x')));
    CHECK(response_of(e).status == 200);
    CHECK(response_of(e).headers.find("x-method") == "POST");
    CHECK(response_of(e).body.size() == 300'000);
    CHECK(e.sent_at <= e.first_byte_at);
    CHECK(e.first_byte_at <= e.finished_at);
  }
}

TEST_CASE("a hundred calls at once are each answered with their own body") {
  for (const std::size_t threads : {1, 2, 4}) {
    http_world w{echo, threads};
    std::vector<std::future<transport::http_exchange>> calls;
    for (int i = 0; i < 100; ++i)
      calls.push_back(w.send(post("call " + std::to_string(i))));
    for (int i = 0; i < 100; ++i)
      CHECK(response_of(calls[static_cast<std::size_t>(i)].get()).body
            == "call " + std::to_string(i));
  }
}

TEST_CASE("a host that does not resolve says so and was not sent") {
  http_world w;
  w.to = {false, "no-such-host.invalid", 80};
  const auto e = w.call(post("x"));
  CHECK(failure_of(e).kind == http_failure_kind::resolve_failed);
  CHECK_FALSE(failure_of(e).request_sent);
}

TEST_CASE("a reset and garbage end the call, and it counts as sent") {
  http_world reset{faulty(http_connection_fault::reset)};
  const auto r = reset.call(post("x"));
  CHECK(failure_of(r).kind == http_failure_kind::reset);
  CHECK(failure_of(r).request_sent);
  http_world garbage{faulty(http_connection_fault::garbage)};
  const auto g = garbage.call(post("x"));
  CHECK(failure_of(g).kind == http_failure_kind::protocol_error);
  CHECK(failure_of(g).request_sent);
}

TEST_CASE("a request that could smuggle a line is refused before anything is sent") {
  std::atomic<int> seen = 0;
  http_world w{[&](wire::http_request r, const transport::http_responder& reply) {
    ++seen;
    echo(std::move(r), reply);
  }};
  wire::http_request in_value = post("x");
  in_value.headers.add("X-Note", "a\r\nX-Evil: b");
  wire::http_request in_name = post("x");
  in_name.headers.add("X Note", "a");
  wire::http_request in_target = post("x");
  in_target.target = "/a HTTP/1.1\r\nX-Evil: b";
  wire::http_request in_method = post("x");
  in_method.method = "GET / HTTP/1.1\r\nX-Evil: b\r\n\r\nPOST";
  wire::http_request as_length = post("x");
  as_length.headers.add("content-length", "0");
  wire::http_request with_nul = post("x");
  with_nul.headers.add("X-Note", std::string("a\0b", 3));
  for (const wire::http_request& r :
       {in_value, in_name, in_target, in_method, as_length, with_nul}) {
    const auto e = w.call(r);
    CHECK(failure_of(e).kind == http_failure_kind::protocol_error);
    CHECK_FALSE(failure_of(e).request_sent);
  }
  for (const char* host : {"", "127.0.0.1\r\nX-Evil: b"}) {
    w.to.host = host;
    CHECK(failure_of(w.call(post("x"))).kind == http_failure_kind::protocol_error);
  }
  CHECK(seen == 0);
}

TEST_CASE("a reply may come from another thread, later, and only the first counts") {
  std::vector<std::thread> threads;
  http_world w{[&](const wire::http_request&, const transport::http_responder& reply) {
    threads.emplace_back([reply] {
      wire::http_response first;
      first.body = "first";
      reply(first);
      wire::http_response second;
      second.body = "second";
      reply(second);
    });
  }};
  CHECK(response_of(w.call(post("x"))).body == "first");
  CHECK(response_of(w.call(post("x"))).body == "first");
  for (std::thread& t : threads)
    t.join();
}

TEST_CASE("a port that is taken is an error that names it") {
  http_world w{echo};
  transport::beast_listener_options same;
  same.port = w.listener->port();
  const auto second = transport::beast_listener::listen(w.io.context(), same, echo);
  REQUIRE_FALSE(second);
  CHECK(second.failure().message.find(std::to_string(same.port)) != std::string::npos);
}

TEST_CASE("a file of authorities that cannot be read is an error that names it") {
  transport::io_threads io{0};
  const auto made = transport::beast_client::make(io.context(), {"/no/such/ca.pem"});
  REQUIRE_FALSE(made);
  CHECK(made.failure().message.find("/no/such/ca.pem") != std::string::npos);
}
