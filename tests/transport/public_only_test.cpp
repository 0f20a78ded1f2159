#include "config/values.hpp"
#include "tests/transport/http_world.hpp"
#include "transport/public_address.hpp"

#include <catch2/catch.hpp>

#include <atomic>

using namespace spillway;
using namespace spillway::transport;
using tests::http_world;

namespace {

boost::asio::ip::address address(const char* text) {
  return boost::asio::ip::make_address(text);
}

} // namespace

TEST_CASE("an address is public only if it can be somebody else's") {
  for (const char* text :
       {"8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.1", "172.15.255.255", "172.32.0.1",
        "169.253.0.1", "192.167.255.255", "198.17.255.255", "198.20.0.0", "223.255.255.255",
        "2600::1", "2a00:1450:4001::1", "2001:4860:4860::8888", "::ffff:8.8.8.8"}) {
    INFO(text);
    CHECK(is_public(address(text)));
  }
  for (const char* text :
       {"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255",
        "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255",
        "192.0.0.1", "192.0.2.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1",
        "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "168.63.129.16",
        "::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001::1",
        "2001:db8::1", "2002:7f00:1::", "3fff::1", "64:ff9b::7f00:1", "::ffff:127.0.0.1",
        "::ffff:169.254.169.254", "::ffff:10.1.2.3", "::127.0.0.1", "4000::1"}) {
    INFO(text);
    CHECK_FALSE(is_public(address(text)));
  }
}

TEST_CASE("no spelling of a URL leads a public-only client into this machine or its network") {
  std::atomic<int> reached = 0;
  http_world w{[&](wire::http_request, const http_responder& reply) {
                 ++reached;
                 reply(wire::http_response{});
               },
               1, {}, {.public_only = true}};
  const std::string port = std::to_string(w.to.port);
  // Refused as text, or by the address that they turn out to mean; none of them asks a name server.
  for (const std::string host :
       {"127.0.0.1", "127.1", "127.0.1", "127.000.000.001", "0177.0.0.1", "0x7f.0.0.1",
        "0x7f000001", "2130706433", "017700000001", "127.255.255.254", "localhost", "LOCALHOST",
        "0.0.0.0", "0", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[0:0:0:0:0:ffff:127.0.0.1]",
        "user@127.0.0.1", "public.example@127.0.0.1", "127.0.0.1#@public.example",
        "127.0.0.1\\@public.example", "public.example\\@127.0.0.1", "127.0.0.1%00.example",
        "127。0。0。1", "①②⑦.0.0.1", "169.254.169.254", "2852039166", "0xa9fea9fe",
        "[::ffff:169.254.169.254]", "[fe80::1]", "[fd00:ec2::254]", "10.0.0.1", "192.168.1.1",
        "172.16.0.1", "[2002:7f00:1::]", "[64:ff9b::7f00:1]", " 127.0.0.1", "127.0.0.1 ",
        "127.0.0.1\n", "[::1%25lo]", "[::1]x"}) {
    INFO(host);
    const auto url = config::read_target_url("http://" + host + ":" + port + "/");
    if (!url)
      continue;
    w.to = {url->tls, url->host, url->port};
    const auto failure = tests::failure_of(w.call({"GET", "/", {}, {}}));
    CHECK_FALSE(failure.request_sent);
    const bool kept_in = failure.kind == http_failure_kind::connect_failed
                         || failure.kind == http_failure_kind::resolve_failed;
    CHECK(kept_in);
  }
  CHECK(reached == 0);
}

TEST_CASE("the refusal says why, and a client without the rule goes there") {
  http_world w{[](wire::http_request, const http_responder& reply) {
                 reply(wire::http_response{204, {}, {}});
               },
               1, {}, {.public_only = true}};
  const auto failure = tests::failure_of(w.call({"GET", "/", {}, {}}));
  CHECK(failure.message.find("no public address") != std::string::npos);
  tests::client_world free{w.to};
  CHECK(tests::response_of(free.call({"GET", "/", {}, {}})).status == 204);
}
