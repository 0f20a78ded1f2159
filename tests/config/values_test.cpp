#include "config/values.hpp"
#include "core/bounds.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace spillway;
using namespace spillway::config;
using namespace std::chrono_literals;

TEST_CASE("a duration is a whole number and its unit") {
  CHECK(read_duration("0s").value() == 0s);
  CHECK(read_duration("250ms").value() == 250ms);
  CHECK(read_duration("90s").value() == 90s);
  CHECK(read_duration("10m").value() == 10min);
  CHECK(read_duration("2h").value() == 2h);
  CHECK(read_duration("7d").value() == 7 * 24h);
}

TEST_CASE("what is no duration is refused") {
  for (const char* text : {"", "s", "10", "10 s", "-1s", "+1s", "1.5s", "1h30m", "10S", "10us",
                           "9999999999999d", "99999999999999999999s", " 1s"}) {
    INFO(text);
    CHECK_FALSE(read_duration(text));
  }
}

TEST_CASE("a duration is written with its largest whole unit and read back the same") {
  CHECK(write_duration(0s) == "0s");
  CHECK(write_duration(1ms) == "1ms");
  CHECK(write_duration(1500ms) == "1500ms");
  CHECK(write_duration(60s) == "1m");
  for (const duration d : {duration{1ms}, duration{999ms}, duration{61s}, duration{25h}})
    CHECK(read_duration(write_duration(d)).value() == d);
}

TEST_CASE("a base URL is cut into scheme, host, port and path") {
  CHECK(read_base_url("https://api.openai.com/v1").value()
        == base_url{true, "api.openai.com", 443, "/v1"});
  CHECK(read_base_url("http://localhost:11434").value() == base_url{false, "localhost", 11434, ""});
  CHECK(read_base_url("http://localhost/").value() == base_url{false, "localhost", 80, ""});
  CHECK(read_base_url("https://[::1]:8443/a/b/").value() == base_url{true, "::1", 8443, "/a/b"});
  CHECK(read_base_url("https://[2001:DB8::1]").value() == base_url{true, "2001:db8::1", 443, ""});
  CHECK(read_base_url("https://API.Example.COM/V1//").value()
        == base_url{true, "api.example.com", 443, "/V1"});
}

TEST_CASE("a base URL that could mislead is refused") {
  for (const char* text : {"",
                           "api.openai.com",
                           "ftp://x",
                           "https://",
                           "https:///v1",
                           "https://a:b@host/v1",
                           "https://key@host",
                           "https://host/v1?key=1",
                           "https://host/#f",
                           "https://host:0",
                           "https://host:65536",
                           "https://host:",
                           "https://host:80x",
                           "https://ho st/",
                           "https://host/a b",
                           "https://host/\r\nX: y",
                           "https://[::1",
                           "https://[]",
                           "https://[::1]x",
                           "https://h\xC3\xB6st",
                           "HTTPS://host"}) {
    INFO(text);
    CHECK_FALSE(read_base_url(text));
  }
  CHECK_FALSE(read_base_url("https://" + std::string(254, 'a')));
}

TEST_CASE("what is wrong with a base URL never repeats the URL") {
  const auto url = read_base_url("https://user:hunter2@host/v1");
  REQUIRE_FALSE(url);
  CHECK(url.failure().message.find("hunter2") == std::string::npos);
}

TEST_CASE("dollars become exactly the nano-dollars that were written") {
  CHECK(read_usd(0, 10).value() == 0);
  CHECK(read_usd(2.5, 10'000).value() == 2'500'000'000);
  CHECK(read_usd(0.15, 10'000).value() == 150'000'000);
  CHECK(read_usd(0.075, 10'000).value() == 75'000'000);
  CHECK(read_usd(0.000000001, 10'000).value() == 1);
  CHECK(read_usd(9999.999999999, 10'000).value() == 9'999'999'999'999);
  CHECK(read_usd(1e9, 1'000'000'000).value() == bounds::budget_nano_usd_max);
}

TEST_CASE("every price of up to six decimal places is read exactly") {
  for (std::int64_t micros = 1; micros < 10'000'000'000; micros = micros * 7 / 5 + 1) {
    const double dollars = std::stod(std::to_string(micros / 1'000'000) + "."
                                     + std::to_string(1'000'000 + micros % 1'000'000).substr(1));
    INFO(micros);
    CHECK(read_usd(dollars, 10'000).value() == micros * 1'000);
  }
}

TEST_CASE("dollars out of range or finer than a nano-dollar are refused") {
  CHECK_FALSE(read_usd(-0.01, 10));
  CHECK_FALSE(read_usd(10.01, 10));
  CHECK_FALSE(read_usd(0.0000000001, 10));
  CHECK_FALSE(read_usd(1.0000000005, 10));
  CHECK_FALSE(read_usd(std::numeric_limits<double>::infinity(), 10));
  CHECK_FALSE(read_usd(std::numeric_limits<double>::quiet_NaN(), 10));
}

TEST_CASE("names of environment variables are told from other text") {
  CHECK(is_env_name("OPENAI_API_KEY"));
  CHECK(is_env_name("_x1"));
  for (const char* text : {"", "1A", "A-B", "A B", "A=B", "$A"})
    CHECK_FALSE(is_env_name(text));
}

TEST_CASE("keys of known vendors are recognised, names and short texts are not") {
  for (const char* text : {"sk-proj-0123456789abcdef", "sk-lf-0123456789abcdef",
                           "pk-lf-0123456789abcdef", "AIzaSy0123456789abcdef"})
    CHECK(looks_like_secret(text));
  for (const char* text : {"sk-short", "gpt-4o-mini-2024-07-18", "OPENAI_API_KEY", ""})
    CHECK_FALSE(looks_like_secret(text));
}
