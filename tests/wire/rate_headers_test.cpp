#include "wire/rate_headers.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace std::chrono_literals;

TEST_CASE("Rate-limit headers are read whatever their case", "[wire]") {
  wire::http_headers headers;
  headers.add("X-RateLimit-Limit-Requests", "10000");
  headers.add("x-ratelimit-limit-tokens", "30000000");
  headers.add("x-ratelimit-remaining-requests", "9999");
  headers.add("x-ratelimit-remaining-tokens", "29999976");
  headers.add("x-ratelimit-reset-requests", "6ms");
  headers.add("x-ratelimit-reset-tokens", "1m0.198s");
  const rate::observed_limits read = wire::decode_rate_headers(headers);
  CHECK(read == rate::observed_limits{10000, 9999, 30000000, 29999976, 6ms, 60198ms});
}

TEST_CASE("The time the provider says it worked is read", "[wire]") {
  wire::http_headers headers;
  headers.add("openai-processing-ms", "1234");
  CHECK(wire::decode_rate_headers(headers).worked == 1234ms);
  headers = {};
  headers.add("openai-processing-ms", "-5");
  CHECK_FALSE(wire::decode_rate_headers(headers).worked);
}

TEST_CASE("A rate-limit header that makes no sense is absent and spoils no other", "[wire]") {
  wire::http_headers headers;
  headers.add("x-ratelimit-limit-requests", "many");
  headers.add("x-ratelimit-limit-tokens", "-1");
  headers.add("x-ratelimit-remaining-requests", "1.5");
  headers.add("x-ratelimit-remaining-tokens", "99999999999999999999");
  headers.add("x-ratelimit-reset-requests", "soon");
  headers.add("x-ratelimit-reset-tokens", "2s");
  rate::observed_limits expected;
  expected.tokens_reset = 2s;
  CHECK(wire::decode_rate_headers(headers) == expected);
  CHECK(wire::decode_rate_headers({}) == rate::observed_limits{});
}

TEST_CASE("Only the limits that are there are written, and all are read again", "[wire]") {
  const rate::observed_limits some{60, 59, std::nullopt, 0, 1s, std::nullopt};
  wire::http_headers headers;
  wire::encode_rate_headers(some, headers);
  CHECK(headers.size() == 4);
  CHECK_FALSE(headers.contains("x-ratelimit-limit-tokens"));
  CHECK(wire::decode_rate_headers(headers) == some);
}
