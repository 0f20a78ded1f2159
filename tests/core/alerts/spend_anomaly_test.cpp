#include "core/alerts/spend_anomaly.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

using namespace spillway;
using namespace spillway::alerts;

namespace {

/// An office's spending: days and weeks have a shape, hours have log-normal noise.
class spending {
public:
  explicit spending(std::uint64_t seed) : random_{seed} {}

  nano_usd hour(std::size_t number, double times = 1) {
    const double day = 1 + 0.8 * std::sin(2 * std::numbers::pi * static_cast<double>(number) / 24);
    const double weekend = number / 24 % 7 >= 5 ? 0.4 : 1;
    const double usd = 40 * day * weekend * times * std::exp(0.35 * noise_(random_));
    return nano_usd{static_cast<std::int64_t>(usd * nano_usd_per_usd)};
  }

private:
  std::mt19937_64 random_;
  std::normal_distribution<double> noise_;
};

constexpr std::size_t month = 30 * 24;
constexpr std::size_t history = 4 * spend_anomaly::week;

struct found {
  int surges = 0;
  int drifts = 0;
  std::size_t first = month; ///< hours until either
};

found watch(std::uint64_t seed, double times) {
  spending s{seed};
  spend_anomaly anomaly;
  for (std::size_t h = 0; h < history; ++h)
    anomaly.close_hour(s.hour(h));
  found out;
  bool surge_before = anomaly.has_surge();
  for (std::size_t h = 0; h < month; ++h) {
    const auto v = anomaly.close_hour(s.hour(history + h, times));
    const bool began = v.surge_changed && anomaly.has_surge() && !surge_before;
    surge_before = anomaly.has_surge();
    out.surges += began ? 1 : 0;
    out.drifts += v.drift ? 1 : 0;
    if (began || v.drift)
      out.first = std::min(out.first, h + 1);
  }
  return out;
}

struct detection {
  std::size_t median = 0;
  int missed = 0;
};

detection detect(double times) {
  std::vector<std::size_t> hours;
  detection out;
  for (std::uint64_t seed = 1; seed <= 101; ++seed) {
    hours.push_back(watch(seed, times).first);
    out.missed += hours.back() > 48 ? 1 : 0;
  }
  std::ranges::nth_element(hours, hours.begin() + 50);
  out.median = hours[50];
  return out;
}

} // namespace

TEST_CASE("usual spending raises about one false alarm a month") {
  int surges = 0;
  int drifts = 0;
  constexpr int series = 100;
  for (std::uint64_t seed = 1; seed <= series; ++seed) {
    const found f = watch(1000 + seed, 1);
    surges += f.surges;
    drifts += f.drifts;
  }
  INFO("surges " << surges << ", drifts " << drifts << " in " << series << " months");
  CHECK(surges <= 50);
  CHECK(surges + drifts <= 120);
}

TEST_CASE("spending far above the usual is found within hours") {
  const detection ten = detect(10);
  const detection three = detect(3);
  const detection half_more = detect(1.5);
  INFO("10x " << ten.median << " h, 3x " << three.median << " h, 1.5x " << half_more.median
              << " h, missed in two days " << half_more.missed);
  CHECK(ten.median == 1);
  CHECK(ten.missed == 0);
  CHECK(three.median <= 3);
  CHECK(three.missed == 0);
  CHECK(half_more.median <= 14);
  CHECK(half_more.missed <= 10);
}

TEST_CASE("a rise that stays is told a few times, not for weeks") {
  int told = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const found f = watch(seed, 1.5);
    told += f.drifts;
  }
  INFO(told << " drifts over 20 series");
  CHECK(told <= 20 * 4);
}

TEST_CASE("nothing is said before two weeks of history") {
  spending s{3};
  spend_anomaly anomaly;
  for (std::size_t h = 0; h < 2 * spend_anomaly::week; ++h) {
    const auto v = anomaly.close_hour(s.hour(h, h > 100 ? 50 : 1));
    REQUIRE_FALSE(v.surge_changed);
    REQUIRE_FALSE(v.drift);
  }
  CHECK(anomaly.is_ready());
}

TEST_CASE("a large factor of a small sum is no alarm") {
  spend_anomaly anomaly{{3.5, nano_usd{nano_usd_per_usd}}};
  for (std::size_t h = 0; h < history; ++h)
    anomaly.close_hour(nano_usd{1'000'000});
  for (int h = 0; h < 48; ++h) {
    const auto v = anomaly.close_hour(nano_usd{900'000'000});
    CHECK_FALSE(v.surge_changed);
    CHECK_FALSE(v.drift);
  }
  CHECK(anomaly.close_hour(nano_usd{5'000'000'000}).surge_changed);
}

TEST_CASE("a surge ends when spending is usual again for two hours") {
  spending s{5};
  spend_anomaly anomaly;
  std::size_t h = 0;
  for (; h < history; ++h)
    anomaly.close_hour(s.hour(h));
  for (int i = 0; i < 5; ++i)
    anomaly.close_hour(s.hour(h++, 20));
  REQUIRE(anomaly.has_surge());
  anomaly.close_hour(s.hour(h++));
  anomaly.close_hour(s.hour(h++));
  CHECK_FALSE(anomaly.has_surge());
}
