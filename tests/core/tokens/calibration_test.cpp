#include "core/tokens/calibration.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <random>

using namespace spillway::tokens;

namespace {

constexpr calibration::vector weights = {1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.5, 0.3};
constexpr calibration::vector trust = {0.2, 0.1, 0.1, 0.2, 0.2, 0.1, 0.2, 0.2};

double told(const calibration::vector& features, const calibration::vector& truth) {
  double sum = 0;
  for (std::size_t i = 0; i < features.size(); ++i)
    sum += features[i] * truth[i];
  return sum;
}

} // namespace

TEST_CASE("a million prompts of one shape leave an estimate that holds", "[tokens]") {
  const calibration::vector shape = {400, 300, 12, 5, 8, 40, 0, 3};
  calibration c{weights, trust, 0.05};
  for (int i = 0; i < 1'000'000; ++i)
    c.learn(shape, 470);
  CHECK(c.estimate(shape) == Approx(470).epsilon(0.01));
  CHECK(c.deviation() < 0.01);
  // What those prompts could not teach is as sure as it was at first, no surer and no less.
  const calibration::vector chinese = {400, 0, 0, 0, 8, 10, 500, 0};
  const double first = told(chinese, weights);
  CHECK(std::abs(c.estimate(chinese) - first) < 0.5 * first);
}

TEST_CASE("prompts of another shape teach on after very many of the first", "[tokens]") {
  const calibration::vector truth = {1.1, 0.15, 0.05, 0.2, 0.1, 0.1, 0.6, 0.2};
  const calibration::vector shape = {400, 300, 12, 5, 8, 40, 0, 3};
  calibration c{weights, trust, 0.05};
  for (int i = 0; i < 500'000; ++i)
    c.learn(shape, std::lround(told(shape, truth)));
  std::mt19937 random{7};
  std::uniform_real_distribution<double> size{10, 1000};
  calibration::vector other{};
  for (int i = 0; i < 2'000; ++i) {
    for (double& feature : other)
      feature = size(random);
    c.learn(other, std::lround(told(other, truth)));
  }
  CHECK(c.estimate(other) == Approx(told(other, truth)).epsilon(0.03));
}

TEST_CASE("whatever is reported, an estimate stays within three times the first", "[tokens]") {
  std::mt19937 random{11};
  std::uniform_real_distribution<double> size{0, 500};
  std::uniform_real_distribution<double> factor{0.3, 3.5};
  std::bernoulli_distribution often{0.7};
  calibration c{weights, trust, 0.05};
  calibration::vector usual = {400, 300, 12, 5, 8, 40, 0, 3};
  for (int i = 0; i < 300'000; ++i) {
    calibration::vector shape = usual;
    if (often(random))
      shape[i % shape.size()] += size(random) / 100; // almost the same again
    else
      for (double& feature : shape)
        feature = often(random) ? 0 : size(random);
    const double first = std::max(told(shape, weights), shape[0] / 3);
    const double estimate = c.estimate(shape);
    REQUIRE(estimate >= first / 3);
    REQUIRE(estimate <= first * 3);
    c.learn(shape, std::lround(first * factor(random)));
  }
  CHECK(c.deviation() < 10);
}

TEST_CASE("a provider that counts otherwise from one day on is followed", "[tokens]") {
  const calibration::vector shape = {400, 300, 12, 5, 8, 40, 0, 3};
  calibration c{weights, trust, 0.05};
  for (int i = 0; i < 100'000; ++i)
    c.learn(shape, 470);
  for (int i = 0; i < 5'000; ++i)
    c.learn(shape, 430);
  CHECK(c.estimate(shape) == Approx(430).epsilon(0.01));
}
