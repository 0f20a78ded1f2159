#include "core/bounds.hpp"
#include "core/routing/retry_budget.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace spillway;
using namespace spillway::routing;
using namespace std::chrono_literals;

TEST_CASE("a few retries are there from the start, and come back by themselves") {
  retry_budget b;
  mono_time now{1h};
  int taken = 0;
  while (b.take(now))
    ++taken;
  CHECK(taken == bounds::retries_least);
  now += bounds::retries_least_every - 1ns;
  CHECK_FALSE(b.take(now));
  now += 1ns;
  CHECK(b.take(now));
  now += 24h;
  taken = 0;
  while (b.take(now))
    ++taken;
  CHECK(taken == bounds::retries_least);
}

TEST_CASE("calls pay for a tenth of their number in retries, but do not save for ever") {
  retry_budget b;
  const mono_time now{1h};
  while (b.take(now)) {
  }
  for (int i = 0; i < 200; ++i)
    b.on_call(now);
  int taken = 0;
  while (b.take(now))
    ++taken;
  CHECK(taken == 20);
  for (int i = 0; i < 100'000; ++i)
    b.on_call(now);
  taken = 0;
  while (b.take(now))
    ++taken;
  CHECK(taken == bounds::retries_saved_max);
}

TEST_CASE("whatever fails, what is sent stays near a tenth above what was asked") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::minstd_rand random{static_cast<std::minstd_rand::result_type>(seed)};
    retry_budget b;
    mono_time now{1h};
    int calls = 0;
    int retries = 0;
    const int every = 1 + static_cast<int>(random() % 50);
    for (int i = 0; i < 5000; ++i, now += std::chrono::milliseconds{every}) {
      b.on_call(now);
      ++calls;
      for (int tries = 0; tries < 2; ++tries)
        retries += b.take(now);
    }
    const double seconds = 5000.0 * every / 1000;
    const double by_itself = bounds::retries_least + seconds / to_seconds(bounds::retries_least_every);
    INFO("seed " << seed);
    CHECK(retries <= calls / 10 + static_cast<int>(by_itself) + 1);
    CHECK(retries >= calls / 10 - 1);
  }
}
