#include "simulator/quota.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::simulator;
using namespace std::chrono_literals;
using rate::dimension;

namespace {

mono_time at(duration d) {
  return mono_time{} + 24h + d;
}

quota_rules rules(std::optional<std::int64_t> rpm, std::optional<std::int64_t> tpm) {
  quota_rules r;
  r.requests_per_minute = rpm;
  r.tokens_per_minute = tpm;
  return r;
}

} // namespace

TEST_CASE("the charge follows the vendor's formula") {
  const token_count in{100};
  CHECK(charge_of(charge_formula::input_plus_output_max, in, token_count{400}) == 500);
  CHECK(charge_of(charge_formula::input_plus_output_max, in, std::nullopt) == 100);
  CHECK(charge_of(charge_formula::larger_of_input_output_max, in, token_count{400}) == 400);
  CHECK(charge_of(charge_formula::larger_of_input_output_max, in, token_count{40}) == 100);
  CHECK(charge_of(charge_formula::input_only, in, token_count{400}) == 100);
}

TEST_CASE("without limits everything is admitted and nothing is reported") {
  quota q{quota_rules{}};
  for (int i = 0; i < 1'000; ++i)
    REQUIRE_FALSE(q.admit(1'000'000, at(0s)));
  CHECK_FALSE(q.requests_standing(at(0s)));
  CHECK_FALSE(q.tokens_standing(at(0s)));
}

TEST_CASE("a refusal names the limit with the longest wait and its numbers") {
  quota q{rules(60, 30'000)};
  REQUIRE_FALSE(q.admit(20'122, at(0s)));
  const auto refusal = q.admit(18'269, at(0s));
  REQUIRE(refusal);
  CHECK(refusal->binding == dimension::tokens_per_minute);
  CHECK(refusal->limit == 30'000);
  CHECK(refusal->used == 20'122);
  CHECK(refusal->requested == 18'269);
  CHECK(refusal->retry_after == std::optional<duration>{16'782ms});
}

TEST_CASE("of two limits that refuse, the one with the longer wait is named") {
  quota requests_last_longer{rules(1, 100)};
  REQUIRE_FALSE(requests_last_longer.admit(100, at(0s)));
  const auto by_requests = requests_last_longer.admit(50, at(0s)); // 60 s against 30 s
  REQUIRE(by_requests);
  CHECK(by_requests->binding == dimension::requests_per_minute);
  CHECK(by_requests->retry_after == std::optional<duration>{60s});

  quota tokens_last_longer{rules(2, 100)};
  REQUIRE_FALSE(tokens_last_longer.admit(50, at(0s)));
  REQUIRE_FALSE(tokens_last_longer.admit(50, at(0s)));
  const auto by_tokens = tokens_last_longer.admit(100, at(0s)); // 30 s against 60 s
  REQUIRE(by_tokens);
  CHECK(by_tokens->binding == dimension::tokens_per_minute);
  CHECK(by_tokens->retry_after == std::optional<duration>{60s});
}

TEST_CASE("a request that waits as long as it was told is admitted") {
  for (const auto kind : {window_kind::sliding, window_kind::token_bucket, window_kind::calendar}) {
    auto r = rules(2, 1'000);
    r.window = kind;
    r.failed_requests_count = false;
    quota q{r};
    REQUIRE_FALSE(q.admit(600, at(1s)));
    const auto refusal = q.admit(500, at(2s));
    REQUIRE(refusal);
    const mono_time again = at(2s) + *refusal->retry_after;
    const duration one_token = kind == window_kind::token_bucket ? 60ms : duration{1};
    CHECK(q.admit(500, again - one_token));
    CHECK_FALSE(q.admit(500, again));
  }
}

TEST_CASE("what can never fit says so, and a limit of zero admits nothing") {
  quota q{rules(10, 1'000)};
  const auto large = q.admit(1'001, at(0s));
  REQUIRE(large);
  CHECK_FALSE(large->retry_after);
  quota closed{rules(0, std::nullopt)};
  const auto none = closed.admit(1, at(0s));
  REQUIRE(none);
  CHECK(none->binding == dimension::requests_per_minute);
  CHECK_FALSE(none->retry_after);
  CHECK(closed.requests_standing(at(0s))->remaining == 0);
}

TEST_CASE("a refused request takes a request only if failed requests count") {
  for (const bool counts : {true, false}) {
    auto r = rules(10, 1'000);
    r.failed_requests_count = counts;
    quota q{r};
    REQUIRE_FALSE(q.admit(1'000, at(0s)));
    REQUIRE(q.admit(500, at(0s)));
    CHECK(q.requests_standing(at(0s))->remaining == (counts ? 8 : 9));
    CHECK(q.tokens_standing(at(0s))->remaining == 0);
  }
}

TEST_CASE("refusals never push a window above its limit") {
  quota q{rules(3, 1'000)};
  for (int i = 0; i < 50; ++i)
    (void)q.admit(10, at(0s));
  CHECK(q.most_requests_in_minute() == 3);
  CHECK(q.most_tokens_in_minute() == 30);
  CHECK_FALSE(q.admit(10, at(20s)));
}

TEST_CASE("a slot is free again once its call has ended") {
  quota_rules r;
  r.concurrent_requests = 2;
  quota q{r};
  REQUIRE_FALSE(q.admit(1, at(0s)));
  REQUIRE_FALSE(q.admit(1, at(0s)));
  const auto refusal = q.admit(1, at(1s));
  REQUIRE(refusal);
  CHECK(refusal->binding == dimension::concurrent_requests);
  CHECK(refusal->retry_after == std::optional{duration::zero()});
  q.finish();
  CHECK_FALSE(q.admit(1, at(1s)));
}

TEST_CASE("the day's limit binds when the minute's does not, and stands in the headers") {
  auto r = rules(100, std::nullopt);
  r.requests_per_day = 3;
  r.window = window_kind::sliding;
  quota q{r};
  for (int i = 0; i < 3; ++i)
    REQUIRE_FALSE(q.admit(1, at(i * 1h)));
  const auto refusal = q.admit(1, at(3h));
  REQUIRE(refusal);
  CHECK(refusal->binding == dimension::requests_per_day);
  CHECK(refusal->retry_after == std::optional<duration>{21h});
  CHECK(q.requests_standing(at(3h))->limit == 3);
  CHECK(q.requests_standing(at(3h))->reset == 23h);
  CHECK_FALSE(q.admit(1, at(24h)));
}

TEST_CASE("prompts and replies are counted apart, replies as they are written") {
  quota_rules r;
  r.input_tokens_per_minute = 1'000;
  r.output_tokens_per_minute = 600;
  quota q{r};
  REQUIRE_FALSE(q.admit({9'999, 400}, at(0s))); // whatever the reply may come to
  CHECK(q.input_standing(at(0s))->remaining == 600);
  CHECK(q.output_standing(at(0s))->remaining == 600);
  q.produce(500, at(0s));
  CHECK(q.output_standing(at(0s))->remaining == 100);
  const auto too_long = q.admit({0, 700}, at(0s));
  REQUIRE(too_long);
  CHECK(too_long->binding == dimension::input_tokens_per_minute);
  CHECK(too_long->retry_after == std::optional<duration>{6s});
  // A reply that is being written goes on, at the cost of those to come.
  REQUIRE_FALSE(q.admit({0, 100}, at(0s)));
  q.produce(400, at(0s));
  CHECK(q.output_standing(at(0s))->remaining == 0);
  const auto used_up = q.admit({0, 1}, at(0s));
  REQUIRE(used_up);
  CHECK(used_up->binding == dimension::output_tokens_per_minute);
  CHECK(q.admit({0, 1}, at(29s)));
  CHECK_FALSE(q.admit({0, 1}, at(31s)));
}

TEST_CASE("the standing is that of a bucket: reset is the time to full") {
  quota q{rules(500, 30'000)};
  REQUIRE_FALSE(q.admit(3'000, at(0s)));
  const auto tokens = q.tokens_standing(at(0s));
  CHECK(tokens->remaining == 27'000);
  CHECK(tokens->reset == 6s);
  CHECK(q.requests_standing(at(0s))->reset == 120ms);
  CHECK(q.tokens_standing(at(3s))->remaining == 28'500);
}
