#include "config/gateway_keys.hpp"
#include "config/values.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::config;

namespace {

environment with(std::string name, std::string value) {
  return [=](const std::string& asked) {
    return asked == name ? std::optional<std::string>{value} : std::nullopt;
  };
}

} // namespace

TEST_CASE("a gateway that other machines reach does not start without keys") {
  const auto nothing = with("", "");
  for (const std::string host : {"0.0.0.0", "::", "192.168.1.2", "1.127.0.1"}) {
    INFO(host);
    const auto keys = read_gateway_keys({{host, 80}, {}}, nothing);
    REQUIRE_FALSE(keys);
    CHECK(keys.failure().message.find("gateway.keys_env") != std::string::npos);
  }
  for (const std::string host : {"127.0.0.1", "127.1.2.3", "::1"})
    CHECK(read_gateway_keys({{host, 80}, {}}, nothing));
  CHECK(read_gateway_keys({{"0.0.0.0", 80}, {"KEY"}}, with("KEY", "k"))->size() == 1);
}

TEST_CASE("a key that is named and not set is an error, not a door left open") {
  CHECK_FALSE(read_gateway_keys({{}, {"KEY", "OTHER"}}, with("KEY", "k")));
  CHECK_FALSE(read_gateway_keys({{}, {"KEY"}}, with("KEY", "")));
}

TEST_CASE("an address to listen on is an address and a port") {
  CHECK(*read_listen_address("127.0.0.1:8080") == listen_address{"127.0.0.1", 8080});
  CHECK(*read_listen_address("[::1]:0") == listen_address{"::1", 0});
  for (const char* wrong : {"", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "::1:80",
                            "127.0.0.1:80x", "[]:80", "127.0.0.1:-1"}) {
    INFO(wrong);
    CHECK_FALSE(read_listen_address(wrong));
  }
}
