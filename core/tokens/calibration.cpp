#include "core/tokens/calibration.hpp"

#include <algorithm>
#include <cmath>

namespace spillway::tokens {
namespace {

constexpr double forgetting = 0.999;    // a report counts half after 700 more
constexpr double noise_floor = 0.0004;  // variance of a report's relative error: 2 %
constexpr double sway_max = 3;          // standard deviations that a weight may move
constexpr double correction_max = 3;    // factor between a first estimate and a corrected one
constexpr double mean_of_samples = 50;  // that deviation and drift look back
constexpr std::int64_t tokens_min = 16; // shorter prompts say little about weights
constexpr double seen_least = 1e-9;     // spread in noises, below which there is none

double dot(const calibration::vector& a, const calibration::vector& b) noexcept {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    sum += a[i] * b[i];
  return sum;
}

// An estimate never falls below a third of what the first feature, an exact count, says.
double at_least(const calibration::vector& features, double estimate) noexcept {
  return std::max(estimate, features[0] / 3);
}

} // namespace

calibration::calibration(const vector& weights, const vector& trust, double deviation)
    : start_{weights}, weights_{weights}, trust_{trust}, deviation_{deviation} {
  for (std::size_t i = 0; i < size; ++i)
    spread_[i][i] = trust[i] * trust[i];
}

double calibration::estimate(const vector& features) const noexcept {
  const double first = at_least(features, dot(start_, features));
  return std::clamp(at_least(features, dot(weights_, features)), first / correction_max,
                    first * correction_max);
}

void calibration::learn(const vector& features, std::int64_t actual) noexcept {
  const double first = at_least(features, dot(start_, features));
  const auto real = static_cast<double>(actual);
  if (actual <= 0 || first <= 0 || real > first * surprise_max || real < first / surprise_max)
    return;
  ++samples_;
  const double share = std::max(1 / mean_of_samples, 1 / static_cast<double>(samples_ + 1));
  const double error = std::abs(real - estimate(features)) / real;
  deviation_ += (error - deviation_) * share;
  drift_ += (real / first - drift_) * share;
  if (actual < tokens_min)
    return;
  // Features in units of the prompt's own size, so that all prompts weigh the same.
  vector x = features;
  for (double& value : x)
    value /= real;
  vector spread_x{};
  for (std::size_t i = 0; i < size; ++i)
    spread_x[i] = dot(spread_[i], x);
  const double noise = std::max(noise_floor, deviation_ * deviation_);
  const double seen = std::max(0.0, dot(x, spread_x));
  const double missing = 1 - dot(weights_, x);
  for (std::size_t i = 0; i < size; ++i)
    weights_[i] = std::clamp(weights_[i] + spread_x[i] * missing / (noise + seen),
                             start_[i] - sway_max * trust_[i], start_[i] + sway_max * trust_[i]);
  forget_and_narrow(spread_x, seen / noise, noise);
}

void calibration::forget_and_narrow(const vector& spread_x, double seen, double noise) noexcept {
  if (seen < seen_least)
    return;
  const double kept = forgetting - (1 - forgetting) / seen;
  const double share = kept / (forgetting * (1 + seen) * noise);
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < size; ++j)
      spread_[i][j] -= share * (spread_x[i] * spread_x[j]);
}

} // namespace spillway::tokens
