#include "core/bounds.hpp"
#include "core/rate/arrival.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace spillway;
using namespace spillway::rate;
using namespace std::chrono_literals;

namespace {

constexpr mono_time start{100h};

void learn(arrival_estimate& a, duration took, int times = 1) {
  for (int i = 0; i < times; ++i)
    a.learn(start, start + took, {});
}

duration lag(const arrival_estimate& a, duration took, std::optional<duration> worked = {}) {
  return a.counted_by(start, start + took, worked) - start;
}

} // namespace

TEST_CASE("until enough replies were seen, a call counts from the moment its reply began") {
  arrival_estimate a;
  for (int i = 0; i < 255; ++i) {
    CHECK(lag(a, 700ms) == 700ms);
    learn(a, 600ms);
  }
  CHECK(lag(a, 700ms) == 700ms);
  learn(a, 600ms);
  CHECK(lag(a, 700ms) == 400ms);
}

TEST_CASE("half of what even the quickest reply took is not held against a call") {
  arrival_estimate a;
  learn(a, 200ms);
  learn(a, 900ms, 255);
  CHECK(lag(a, 900ms) == 800ms);
  learn(a, 100ms);
  CHECK(lag(a, 900ms) == 850ms);
  // Quicker than all before it.
  CHECK(lag(a, 90ms) == 90ms);
}

TEST_CASE("a provider that has become slower is believed after two generations of replies") {
  arrival_estimate a;
  learn(a, 100ms, 256);
  for (int i = 0; i < 256; ++i) {
    CHECK(lag(a, 950ms) == 900ms);
    learn(a, 600ms);
  }
  CHECK(lag(a, 950ms) == 650ms);
}

TEST_CASE("one late reply of a quick provider counts late, the late replies of a slow one do not") {
  arrival_estimate quick;
  CHECK(lag(quick, 3s) == bounds::arrival_allowance);
  learn(quick, 500ms, 20);
  CHECK(lag(quick, 3s) == 3s);
  arrival_estimate slow;
  learn(slow, 5s, 20);
  CHECK(lag(slow, 3s) == bounds::arrival_allowance);
}

TEST_CASE("a provider that says how long it worked had the call that much earlier, or later") {
  arrival_estimate a;
  learn(a, 5s, 20);
  CHECK(lag(a, 5s, 4900ms) == 101ms);
  CHECK(lag(a, 700ms, 0ms) == 700ms);
  CHECK(lag(a, 700ms, 701ms) == 700ms);
  arrival_estimate told;
  for (int i = 0; i < 20; ++i)
    told.learn(start, start + 5s, 4900ms);
  CHECK(lag(told, 5s, 3s) == 2001ms);
}

TEST_CASE("no late call is given back before the provider could have counted it") {
  // The next call comes at least as late after its send as the quickest ever does.
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    std::minstd_rand random{seed};
    arrival_estimate a;
    constexpr auto quickest_way = 10ms;
    for (int i = 0; i < 5000; ++i) {
      const duration late = std::chrono::milliseconds{random() % 100 == 0 ? random() % 3'000 : 0};
      const duration there = quickest_way + std::chrono::microseconds{random() % 30'000} + late;
      const duration works = 150ms + std::chrono::microseconds{random() % 600'000};
      const duration back = 10ms + std::chrono::microseconds{random() % 30'000};
      const mono_time counted = start + there;
      const mono_time proof = counted + works + back;
      if (i > 10) {
        CHECK(a.counted_by(start, proof, {}) + quickest_way >= counted);
        CHECK(a.counted_by(start, proof, works) + quickest_way >= counted);
      }
      CHECK(a.counted_by(start, proof, {}) <= proof);
      a.learn(start, proof, {});
    }
  }
}

TEST_CASE("the mean lag follows what calls are taken to need") {
  arrival_estimate a;
  CHECK(a.mean_lag(1s) == 1s);
  for (int i = 0; i < 100; ++i)
    learn(a, i % 2 == 0 ? 400ms : 600ms);
  CHECK(a.mean_lag(1s) > 480ms);
  CHECK(a.mean_lag(1s) < 520ms);
}
