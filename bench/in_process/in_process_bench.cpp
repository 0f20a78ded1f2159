// What the runtime's own decisions cost: all policies on, provider in memory, no sockets.
//
// Throughput: 64 requests open at a time. Latency: one request at a time from a thread that is no
// actor's, which includes two thread wake-ups; p50 and p99 are in microseconds.

#include "bench/in_process/actor_fleet.hpp"
#include "bench/in_process/mutex_fleet.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <vector>

namespace {

using bench::scheduler_kind;

constexpr std::size_t requests_a_round = 50'000;
constexpr std::size_t open_requests = 64;

void throughput_mutex(benchmark::State& state) {
  bench::mutex_fleet fleet;
  for (auto _ : state)
    for (std::size_t i = 0; i < requests_a_round; ++i)
      benchmark::DoNotOptimize(fleet.complete());
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * requests_a_round));
}

void throughput_actors(benchmark::State& state, scheduler_kind kind, std::size_t threads) {
  bench::actor_fleet fleet{kind, threads};
  for (auto _ : state)
    fleet.flood(requests_a_round, open_requests);
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * requests_a_round));
}

template <class Fleet>
void measure_latency(benchmark::State& state, Fleet& fleet) {
  std::vector<double> took_us;
  for (auto _ : state) {
    const auto begin = std::chrono::steady_clock::now();
    benchmark::DoNotOptimize(fleet.complete());
    const auto end = std::chrono::steady_clock::now();
    took_us.push_back(std::chrono::duration<double, std::micro>(end - begin).count());
  }
  std::ranges::sort(took_us);
  state.counters["p50_us"] = took_us[took_us.size() / 2];
  state.counters["p99_us"] = took_us[took_us.size() * 99 / 100];
}

void latency_mutex(benchmark::State& state) {
  bench::mutex_fleet fleet;
  measure_latency(state, fleet);
}

void latency_actors(benchmark::State& state, scheduler_kind kind, std::size_t threads) {
  bench::actor_fleet fleet{kind, threads};
  measure_latency(state, fleet);
}

BENCHMARK(throughput_mutex)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(throughput_actors, asio_1_thread, scheduler_kind::asio, 1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(throughput_actors, sharing_1_thread, scheduler_kind::sharing, 1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(throughput_actors, stealing_1_thread, scheduler_kind::stealing, 1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(latency_mutex)->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(latency_actors, asio_1_thread, scheduler_kind::asio, 1)
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(latency_actors, sharing_1_thread, scheduler_kind::sharing, 1)
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(latency_actors, stealing_1_thread, scheduler_kind::stealing, 1)
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

} // namespace

BENCHMARK_MAIN();
