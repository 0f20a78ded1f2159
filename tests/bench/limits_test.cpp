#include "bench/limits/budget_trial.hpp"
#include "bench/limits/trial.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>

using namespace spillway;
using simulator::window_kind;

namespace {

constexpr std::array seeds{std::uint64_t{1}, std::uint64_t{2}};
constexpr std::array kinds{window_kind::sliding, window_kind::token_bucket, window_kind::calendar};

/// A quota of the table, in less time: what is drawn is the same for each seed.
bench::quota_case quota(const std::string& name, int minutes) {
  const auto& all = bench::quota_cases();
  const auto found = std::ranges::find(all, name, &bench::quota_case::name);
  REQUIRE(found != all.end());
  bench::quota_case out = *found;
  out.minutes = minutes;
  return out;
}

bench::trial_result run(const std::string& client, window_kind kind, const bench::quota_case& q) {
  return bench::run_trial(
      client,
      [&](const bench::quota_case& c) {
        return client == "spillway" ? bench::make_spillway_client(c)
                                    : bench::make_comparison_client(client, c);
      },
      kind, q, seeds);
}

} // namespace

TEST_CASE("at twice the load no provider refuses a call of ours, and 99 % of the requests allowed "
          "are used") {
  for (const window_kind kind : kinds) {
    for (const auto& q : {quota("rpm_500", 12), quota("rpm_15", 90)}) {
      const bench::trial_result r = run("spillway", kind, q);
      INFO(r.provider << " " << r.quota);
      CHECK(r.rate_limited == 0);
      CHECK(r.use_ratio >= 0.99);
      REQUIRE(r.wait_error_p99_s);
      CHECK(*r.wait_error_p99_s <= 1.5);
    }
  }
}

TEST_CASE("the same for tokens charged on arrival: no refusal, and 98.5 % used") {
  for (const window_kind kind : kinds) {
    const bench::trial_result r = run("spillway", kind, quota("tpm_450k_up_front", 30));
    INFO(r.provider);
    CHECK(r.rate_limited == 0);
    CHECK(r.use_ratio >= 0.985);
    REQUIRE(r.wait_error_p99_s);
    CHECK(*r.wait_error_p99_s <= 1.5);
  }
}

TEST_CASE("the same trial catches whoever charges after the call") {
  for (const window_kind kind : kinds)
    CHECK(run("post_charging", kind, quota("rpm_15", 60)).rate_limited_ratio() > 0.05);
}

TEST_CASE("a provider that counts otherwise than it says is found out, and then left in peace") {
  // Its bucket holds a quarter of what it tells: three of fifteen, refilled at twelve a minute.
  const bench::trial_result r = run("spillway", window_kind::quantised, quota("rpm_15", 240));
  CHECK(r.rate_limited_ratio() < 0.01);
  CHECK(r.use_ratio > 0.7);
}

TEST_CASE("what others use of the same key is left to them") {
  bench::quota_case shared = quota("rpm_500", 20);
  shared.others = 0.2;
  const bench::trial_result r = run("spillway", window_kind::sliding, shared);
  CHECK(r.rate_limited_ratio() < 0.002);
  CHECK(r.use_ratio > 0.7);
}

TEST_CASE("a thousand calls at once against ten dollars overshoot by nothing and strand next to "
          "nothing") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const nano_usd budget{10 * nano_usd_per_usd};
    const bench::budget_result ours = bench::run_spillway_budget(budget, 1'000, seed);
    INFO("seed " << seed);
    CHECK(ours.overshoot_ratio() == 0);
    CHECK(ours.stranded_ratio() <= 0.005);
    CHECK(bench::run_post_charging_budget(budget, 1'000, seed).overshoot_ratio() > 0.5);
  }
}

TEST_CASE("equal seeds give equal trials") {
  const auto q = quota("rpm_15", 30);
  const auto a = run("spillway", window_kind::sliding, q);
  const auto b = run("spillway", window_kind::sliding, q);
  CHECK(a.offered == b.offered);
  CHECK(a.sent == b.sent);
  CHECK(a.use_ratio == b.use_ratio);
  CHECK(a.wait_error_p99_s == b.wait_error_p99_s);
}
