// The listener against those who want two servers to read one request differently, and against
// those who only hold connections.

#include "tests/transport/http_world.hpp"
#include "tests/transport/raw_peer.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

using namespace spillway;
using namespace spillway::tests;
using transport::beast_listener;
using transport::beast_listener_options;
using transport::http_responder;

namespace {

/// A listener that notes what it was asked.
struct noting_listener {
  explicit noting_listener(beast_listener_options options = {})
      : listener{std::move(*beast_listener::listen(
          io.context(), std::move(options),
          [this](const wire::http_request& request, const http_responder& reply) {
            const std::lock_guard lock{guard};
            asked.push_back(request);
            reply(wire::http_response{200, {}, "served"});
          }))} {}

  /// What a connection brings until it is closed, after `bytes` were sent on it.
  std::string answer_to(const std::string& bytes) const {
    raw_socket peer = raw_socket::connect(listener->port());
    peer.write(bytes);
    peer.finish();
    return peer.read_to_end();
  }

  std::mutex guard;
  std::vector<wire::http_request> asked;
  transport::io_threads io{1};
  std::unique_ptr<beast_listener> listener;
};

std::string status_line(const std::string& reply) {
  return reply.substr(0, reply.find("\r\n"));
}

/// A second request, which somebody hopes to have served under another's name.
constexpr auto hidden = "GET /hidden HTTP/1.1\r\nHost: h\r\n\r\n";

std::string head(const std::string& fields) {
  return "POST /a HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
}

/// Bytes of this process that are in memory.
std::size_t resident_bytes() {
  std::ifstream statm{"/proc/self/statm"};
  std::size_t all = 0;
  std::size_t resident = 0;
  statm >> all >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

/// Descriptors that this process may open, as many as its hard limit gives.
std::size_t raise_descriptor_limit() {
  rlimit l{};
  getrlimit(RLIMIT_NOFILE, &l);
  l.rlim_cur = l.rlim_max;
  setrlimit(RLIMIT_NOFILE, &l);
  getrlimit(RLIMIT_NOFILE, &l);
  return l.rlim_cur;
}

} // namespace

TEST_CASE("a request that two servers could read differently is refused whole") {
  const std::vector<std::string> shapes{
      head("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n") + "abc",
      head("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n") + "0\r\n\r\n",
      head("Content-Length: 3\r\nContent-Length: 5\r\n") + "abcde",
      head("Content-Length: 3, 5\r\n") + "abc",
      head("Content-Length: -1\r\n"),
      head("Content-Length: +3\r\n") + "abc",
      head("Content-Length: 0x3\r\n") + "abc",
      head("Content-Length: 3 3\r\n") + "abc",
      head("Content-Length: 99999999999999999999999\r\n"),
      head("Content-Length : 3\r\n") + "abc",
      head("Transfer-Encoding: xchunked\r\n"),
      head("Transfer-Encoding: identity\r\n"),
      head("Transfer-Encoding: chunked, identity\r\n"),
      head("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n") + "0\r\n\r\n",
      head("Transfer-Encoding: \x0b" "chunked\r\n"),
      head("Transfer-Encoding : chunked\r\n") + "0\r\n\r\n",
      head("X\r\n"),
      head("X: a\rb\r\n"),
      head(std::string{"X: a"} + '\0' + "b\r\n"),
      head("X\x01Y: a\r\n"),
      head(": a\r\n"),
      " POST /a HTTP/1.1\r\nHost: h\r\n\r\n",
      "POST  /a HTTP/1.1\r\nHost: h\r\n\r\n",
      "POST /a b HTTP/1.1\r\nHost: h\r\n\r\n",
      "POST /a HTTP/1.1\nHost: h\n\n",
      "POST /a\r\n\r\n",
      head("Transfer-Encoding: chunked\r\n") + "-1\r\nabc\r\n0\r\n\r\n",
      head("Transfer-Encoding: chunked\r\n") + "0x3\r\nabc\r\n0\r\n\r\n",
      head("Transfer-Encoding: chunked\r\n") + "FFFFFFFFFFFFFFFFFF\r\nabc\r\n0\r\n\r\n",
      head("Transfer-Encoding: chunked\r\n") + "3\r\nabcX0\r\n\r\n",
      head("Transfer-Encoding: chunked\r\n") + "3\nabc\n0\n\n",
  };
  noting_listener w;
  for (const std::string& shape : shapes) {
    INFO(shape);
    const std::string got = w.answer_to(shape + hidden);
    const int status = std::stoi(got.substr(std::min<std::size_t>(got.size(), 9), 3));
    CHECK((status == 400 || status == 413));
    CHECK(got.find("served") == std::string::npos);
  }
  CHECK(w.asked.empty());
}

TEST_CASE("a folded line is one value without line ends") {
  noting_listener w;
  CHECK(status_line(w.answer_to(head("Connection: close\r\nX: a\r\n b\r\nContent-Length: 0\r\n")))
        == "HTTP/1.1 200 OK");
  REQUIRE(w.asked.size() == 1);
  CHECK(w.asked[0].headers.find("X").find_first_of("\r\n") == std::string_view::npos);
}

TEST_CASE("a path may come with our own scheme and host before it") {
  noting_listener w;
  for (const char* target : {"http://h/a?b=1", "HTTP://h:80/a?b=1", "https://h/a?b=1"})
    w.answer_to("GET " + std::string{target} + " HTTP/1.1\r\nConnection: close\r\n\r\n");
  w.answer_to("GET http://h HTTP/1.1\r\nConnection: close\r\n\r\n");
  w.answer_to("BREW /pot HTTP/1.1\r\nConnection: close\r\n\r\n");
  w.answer_to("CONNECT h:443 HTTP/1.1\r\nConnection: close\r\n\r\n");
  REQUIRE(w.asked.size() == 6);
  for (int i = 0; i < 3; ++i)
    CHECK(w.asked[i].target == "/a?b=1");
  CHECK(w.asked[3].target == "/");
  CHECK(w.asked[4].method == "BREW");
  CHECK(w.asked[5].target == "h:443");
}

TEST_CASE("a head of countless fields is refused like one of long ones") {
  noting_listener w;
  std::string fields;
  for (int i = 0; i < 20'000; ++i)
    fields += "a:b\r\n";
  CHECK(status_line(w.answer_to(head(fields)))
        == "HTTP/1.1 431 Request Header Fields Too Large");
  CHECK(w.asked.empty());
}

TEST_CASE("ten thousand connections that say nothing cost little and keep nobody out") {
  // Both ends of each are ours, and the process needs some for itself.
  constexpr std::size_t wanted = 10'000;
  const std::size_t most = raise_descriptor_limit();
  const std::size_t count = std::min(wanted, most > 400 ? (most - 400) / 2 : 0);
  if (count < wanted)
    WARN("only " << count << " connections: the limit of open files is " << most);
  noting_listener w;
  const std::size_t before = resident_bytes();
  std::vector<raw_socket> silent;
  silent.reserve(count);
  for (std::size_t i = 0; i < count; ++i)
    silent.push_back(raw_socket::connect(w.listener->port()));
  // Connections are accepted in order: when the last one is served, all are.
  CHECK(status_line(w.answer_to("GET /a HTTP/1.1\r\nConnection: close\r\n\r\n"))
        == "HTTP/1.1 200 OK");
  const std::size_t now = std::max(resident_bytes(), before);
  const std::size_t each = (now - before) / std::max<std::size_t>(count, 1);
  INFO("bytes of memory for each: " << each);
#ifndef __SANITIZE_THREAD__ // whose shadow is many times what it watches
  CHECK(each < 24 * 1024);
#endif
  CHECK(silent.front().write("GET /b HTTP/1.1\r\nConnection: close\r\n\r\n"));
  CHECK(silent.front().read_to_end().find("served") != std::string::npos);
}
