#include "simulator/refusal_text.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::simulator;
using namespace std::chrono_literals;

TEST_CASE("durations read as Go prints them, rounded up to the millisecond") {
  const struct {
    duration wait;
    const char* text;
  } rows[] = {
      {0ms, "0s"},           {1ns, "1ms"},
      {8ms, "8ms"},          {8'640ms, "8.64s"},
      {32'032ms, "32.032s"}, {60'198ms, "1m0.198s"},
      {6min, "6m0s"},        {20min + 52'666ms, "20m52.666s"},
      {1h, "1h0m0s"},        {1h + 8min + 25'745ms, "1h8m25.745s"},
      {999'999'999ns, "1s"}, {83h + 10min + 39'057ms, "83h10m39.057s"},
  };
  for (const auto& row : rows)
    CHECK(to_go_duration(row.wait) == row.text);
}

TEST_CASE("a refusal reads as the vendor words it") {
  const quota_refusal tokens{rate::dimension::tokens_per_minute, 30'000, 20'122, 18'269, 16'782ms};
  CHECK(refusal_message(tokens, "gpt-4o", "org-x")
        == "Rate limit reached for gpt-4o in organization org-x on tokens per min (TPM): "
           "Limit 30000, Used 20122, Requested 18269. Please try again in 16.782s. "
           "Visit https://platform.openai.com/account/rate-limits to learn more.");
  CHECK(refusal_type(tokens) == "tokens");
  const quota_refusal daily{rate::dimension::requests_per_day, 200, 200, 1, 432s};
  CHECK(refusal_message(daily, "m", "o")
            .find("on requests per day (RPD): Limit 200, Used 200, "
                  "Requested 1. Please try again in 7m12s.")
        != std::string::npos);
  CHECK(refusal_type(daily) == "requests");
  const quota_refusal large{rate::dimension::tokens_per_minute, 1'000, 0, 1'001, {}};
  CHECK(refusal_message(large, "m", "o").find("Request too large for m") == 0);
  CHECK(refusal_message(large, "m", "o").find("try again") == std::string::npos);
  const quota_refusal busy{rate::dimension::concurrent_requests, 2, 2, 1, 0s};
  CHECK(refusal_message(busy, "m", "o").find("try again") == std::string::npos);
}

TEST_CASE("retry-after is rounded up, so that who obeys it is admitted") {
  wire::http_headers headers;
  add_retry_after(headers, 16'781'000'001ns);
  CHECK(headers.find("retry-after") == "17");
  CHECK(headers.find("retry-after-ms") == "16782");
}

TEST_CASE("a standing becomes three headers, none without one") {
  wire::http_headers headers;
  add_standing(headers, "tokens", quota_standing{30'000, 27'000, 6s});
  CHECK(headers.find("x-ratelimit-limit-tokens") == "30000");
  CHECK(headers.find("x-ratelimit-remaining-tokens") == "27000");
  CHECK(headers.find("x-ratelimit-reset-tokens") == "6s");
  add_standing(headers, "requests", std::nullopt);
  CHECK(headers.size() == 3);
}
