#include "bench/limits/workload.hpp"

#include <algorithm>
#include <cmath>

namespace bench {
namespace {

using spillway::duration;

constexpr double input_median = 1'000;
constexpr double input_sigma = 0.6;
constexpr std::int64_t input_most = 20'000;
constexpr std::int64_t output_max_least = 1'024;
constexpr std::int64_t output_max_most = 2'500;
constexpr double guess_bias = -0.02;
constexpr double guess_sigma = 0.03;

constexpr double one_way_median_s = 0.030;
constexpr double one_way_sigma = 0.3;
constexpr double late_share = 0.002;
constexpr double late_mean_s = 0.2;
constexpr double head_median_s = 0.6;
constexpr double head_sigma = 0.25;
constexpr double call_s = 4.0;

duration seconds(double s) {
  return duration{static_cast<std::int64_t>(s * 1e9)};
}

/// Mean of what the provider charges for one call.
double mean_charge() {
  return input_median * std::exp(input_sigma * input_sigma / 2)
         + static_cast<double>(output_max_least + output_max_most) / 2;
}

double calls_per_second(const quota_case& q) {
  double rate = 1e9;
  if (q.requests_per_minute)
    rate = std::min(rate, static_cast<double>(*q.requests_per_minute) / 60);
  if (q.tokens_per_minute)
    rate = std::min(rate, static_cast<double>(*q.tokens_per_minute) / 60 / mean_charge());
  return rate;
}

} // namespace

workload::workload(const quota_case& quota, std::uint64_t seed)
    : arrivals_{seed * 3 + 1},
      calls_{seed * 3 + 2},
      times_{seed * 3 + 3},
      gap_mean_s_{1 / calls_per_second(quota)} {
}

double workload::exponential(double mean) {
  return -mean * std::log(1 - arrivals_.next_unit());
}

duration workload::next_gap(double load) {
  return seconds(exponential(gap_mean_s_ / load));
}

offered_call workload::next_call() {
  offered_call c;
  const double input = input_median * std::exp(input_sigma * calls_.next_normal());
  c.input = std::clamp<std::int64_t>(std::llround(input), 20, input_most);
  const double off = 1 + guess_bias + guess_sigma * calls_.next_normal();
  c.input_guess =
      std::max<std::int64_t>(std::llround(static_cast<double>(c.input) * off), 1);
  c.output_max = output_max_least
                 + static_cast<std::int64_t>(calls_.next_below(
                     static_cast<std::uint64_t>(output_max_most - output_max_least + 1)));
  return c;
}

duration workload::next_one_way() {
  double s = one_way_median_s * std::exp(one_way_sigma * times_.next_normal());
  if (times_.happens(late_share))
    s += -late_mean_s * std::log(1 - times_.next_unit());
  return seconds(s);
}

call_times workload::next_times() {
  call_times t;
  t.there = next_one_way();
  const double head = head_median_s * std::exp(head_sigma * times_.next_normal());
  t.to_head = seconds(head);
  t.back = next_one_way();
  t.to_end = seconds(std::max(call_s - head, 0.1));
  return t;
}

} // namespace bench
