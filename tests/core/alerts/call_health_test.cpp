#include "core/alerts/call_health.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace spillway;
using namespace spillway::alerts;
using namespace std::chrono_literals;

namespace {

const wall_time start = wall_time_from_unix_nanos(1'795'478'400LL * 1'000'000'000);

struct seen {
  int errors_changed = 0;
  int rejections_changed = 0;
  int waits_changed = 0;
  std::optional<int> errors_at; ///< minute in which errors were first told
};

/// `per_minute` calls a minute whose result and wait `draw(minute)` tells.
template <class Draw>
seen run(call_health& h, int minutes, int per_minute, Draw draw) {
  seen out;
  for (int m = 0; m < minutes; ++m) {
    const wall_time minute = start + std::chrono::minutes{m};
    for (int i = 0; i < per_minute; ++i) {
      const auto [result, waited] = draw(m);
      h.record(result, waited, minute + i * (60s / per_minute));
    }
    const auto c = h.judge(minute + 60s);
    out.errors_changed += c.errors ? 1 : 0;
    out.rejections_changed += c.rejections ? 1 : 0;
    out.waits_changed += c.waits ? 1 : 0;
    if (h.has_errors() && !out.errors_at)
      out.errors_at = m;
  }
  return out;
}

using sample = std::pair<call_result, duration>;

} // namespace

TEST_CASE("a failing provider is told within two minutes and its end too") {
  call_health h;
  const seen s = run(h, 60, 30, [](int m) {
    return sample{m >= 20 && m < 30 ? call_result::failed : call_result::answered, 0s};
  });
  CHECK(s.errors_at == 20);
  CHECK(s.errors_changed == 2);
  CHECK_FALSE(h.has_errors());
}

TEST_CASE("few calls prove nothing, however many of them fail") {
  call_health h;
  const seen s = run(h, 60, 3, [](int) { return sample{call_result::failed, 0s}; });
  CHECK(s.errors_changed == 0);
}

TEST_CASE("two failures in a hundred are life, for a day of any seed") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    std::mt19937_64 random{seed};
    std::bernoulli_distribution fails{0.015};
    call_health h;
    const seen s = run(h, 24 * 60, 60, [&](int) {
      return sample{fails(random) ? call_result::failed : call_result::answered, 0s};
    });
    CHECK(s.errors_changed <= 2);
  }
}

TEST_CASE("what the caller did wrong is no failure of the model") {
  call_health h;
  const seen s = run(h, 30, 60, [](int) { return sample{call_result::no_matter, 0s}; });
  CHECK(s.errors_changed == 0);
  CHECK(result_of(call_failure{failure_kind::invalid_request, 400, {}, {}})
        == call_result::no_matter);
  CHECK(result_of(call_failure{failure_kind::overloaded, 503, {}, {}}) == call_result::failed);
  CHECK(result_of(call_failure{failure_kind::rate_limited, 429, {}, {}})
        == call_result::rate_limited);
  CHECK(result_of({}) == call_result::answered);
}

TEST_CASE("more than three refusals in ten minutes are told, three are not") {
  const auto with = [](int refusals) {
    call_health h;
    int left = refusals;
    return run(h, 40, 60,
               [&](int m) {
                 const bool refused = m < 10 && left > 0 && left-- > 0;
                 return sample{refused ? call_result::rate_limited : call_result::answered, 0s};
               })
        .rejections_changed;
  };
  CHECK(with(3) == 0);
  CHECK(with(4) == 2);
}

TEST_CASE("waits are told when one call in twenty is over the target for two minutes") {
  const auto with = [](int slow_in_hundred) {
    call_health h;
    int n = 0;
    return run(h, 20, 60,
               [&](int) {
                 const bool slow = n++ % 100 >= 100 - slow_in_hundred;
                 return sample{call_result::answered, slow ? duration{45s} : duration{200ms}};
               })
        .waits_changed;
  };
  CHECK(with(4) == 0);
  CHECK(with(8) == 1);
}

TEST_CASE("a model that nobody calls is asleep once its conditions have ended") {
  call_health h;
  run(h, 10, 60, [](int) { return sample{call_result::failed, 0s}; });
  REQUIRE(h.has_errors());
  CHECK(h.is_awake(start + 3h));
  for (int m = 11; m < 30; ++m)
    h.judge(start + std::chrono::minutes{m});
  CHECK_FALSE(h.has_errors());
  CHECK_FALSE(h.is_awake(start + 3h));
}
