#include "simulator/latency.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace spillway;
using namespace spillway::simulator;
using namespace std::chrono_literals;

namespace {

std::vector<duration> draw(latency_shape shape, std::uint64_t seed, int n) {
  latency source{shape, seed};
  std::vector<duration> all;
  for (int i = 0; i < n; ++i)
    all.push_back(source.next());
  return all;
}

} // namespace

TEST_CASE("latencies have the median and the log-deviation asked for") {
  auto all = draw({400ms, 0.5, 0ms, 60s}, 5, 50'000);
  std::ranges::sort(all);
  const double median = to_seconds(all[all.size() / 2]);
  // One standard deviation above the median of the logarithm is the 84.13th percentile.
  const double above = to_seconds(all[static_cast<std::size_t>(0.8413 * all.size())]);
  CHECK(median == Approx(0.4).epsilon(0.02));
  CHECK(std::log(above / median) == Approx(0.5).epsilon(0.03));
}

TEST_CASE("latencies stay within their bounds") {
  for (const duration d : draw({400ms, 2.0, 100ms, 900ms}, 6, 5'000)) {
    REQUIRE(d >= 100ms);
    REQUIRE(d <= 900ms);
  }
}

TEST_CASE("without spread each latency is the median, and a zero bound means at once") {
  CHECK(draw({250ms, 0, 0ms, 60s}, 1, 3) == std::vector<duration>{250ms, 250ms, 250ms});
  CHECK(draw({250ms, 1, 0ms, 0ms}, 1, 1).front() == duration::zero());
}

TEST_CASE("the same seed draws the same latencies") {
  CHECK(draw({}, 42, 100) == draw({}, 42, 100));
  CHECK(draw({}, 42, 100) != draw({}, 43, 100));
}
