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
    const auto access = read_gateway_access({{host, 80}, {}}, nothing, false);
    REQUIRE_FALSE(access);
    CHECK(access.failure().message.find("gateway.keys_env") != std::string::npos);
    CHECK(access.failure().message.find("spillway keys create") != std::string::npos);
    CHECK(read_gateway_access({{host, 80}, {}}, nothing, true)->key_required);
  }
  for (const std::string host : {"127.0.0.1", "127.1.2.3", "::1"}) {
    const auto access = read_gateway_access({{host, 80}, {}}, nothing, false);
    REQUIRE(access);
    CHECK_FALSE(access->key_required);
    CHECK(read_gateway_access({{host, 80}, {}, true}, nothing, false)->key_required);
  }
  const auto access = read_gateway_access({{"0.0.0.0", 80}, {"KEY"}}, with("KEY", "k"), false);
  REQUIRE(access);
  CHECK(access->keys.size() == 1);
  CHECK(access->key_required);
}

TEST_CASE("a key that is named and not set is an error, not a door left open") {
  CHECK_FALSE(read_gateway_access({{}, {"KEY", "OTHER"}}, with("KEY", "k"), false));
  CHECK_FALSE(read_gateway_access({{}, {"KEY"}}, with("KEY", ""), false));
  CHECK_FALSE(read_gateway_access({{}, {}, false, "ADMIN"}, with("KEY", "k"), false));
}

TEST_CASE("the admin API has a key that no caller has") {
  const auto read = [](gateway_settings s) {
    return read_gateway_access(s, with("KEY", "k"), false);
  };
  CHECK(read({{}, {}, false, "KEY"})->admin_key.reveal() == "k");
  CHECK(read({})->admin_key.empty());
  CHECK_FALSE(read({{}, {"KEY"}, false, "KEY"}));
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
