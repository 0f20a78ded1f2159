// What durability costs: the same fleet without a journal, with one, and with one that keeps traces
// too, side by side in one run. An intent is on the disk before its call leaves, so a lone request
// waits for one sync; many at a time share them.
//
// The file lies in TMPDIR, which should not be a tmpfs: `one_commit` says what one sync takes
// there.

#include "bench/in_process/actor_fleet.hpp"
#include "storage/journal.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using bench::fleet_journal;

constexpr std::size_t requests_a_round = 20'000;

enum class durability { none, calls, calls_and_traces };

/// A folder of its own, gone with the benchmark.
class scratch {
public:
  scratch() : folder_{std::filesystem::temp_directory_path() / "spillway-bench-XXXXXX"} {
    if (mkdtemp(folder_.data()) == nullptr)
      throw std::runtime_error{"no temporary folder can be made"};
  }
  ~scratch() { std::filesystem::remove_all(folder_); }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;
  std::string file() const { return folder_ + "/journal"; }

private:
  std::string folder_;
};

fleet_journal journal_of(durability kept, const scratch& where) {
  if (kept == durability::none)
    return {};
  return {where.file(), kept == durability::calls_and_traces};
}

void throughput(benchmark::State& state, durability kept) {
  const scratch where;
  bench::actor_fleet fleet{bench::scheduler_kind::asio, 1, journal_of(kept, where)};
  const auto open = static_cast<std::size_t>(state.range(0));
  for (auto _ : state)
    fleet.flood(requests_a_round, open);
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * requests_a_round));
}

void latency(benchmark::State& state, durability kept) {
  const scratch where;
  bench::actor_fleet fleet{bench::scheduler_kind::asio, 1, journal_of(kept, where)};
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

/// The floor under the latency of a journal: one row, one commit, one sync.
void one_commit(benchmark::State& state) {
  const scratch where;
  auto journal = spillway::storage::journal::open(where.file());
  if (!journal)
    return state.SkipWithError(journal.failure().message.c_str());
  std::uint64_t lease = 0;
  for (auto _ : state) {
    spillway::storage::journal_batch batch;
    batch.intents.emplace_back().lease = {++lease};
    if (!(*journal)->commit(batch, {}))
      return state.SkipWithError("the commit failed");
  }
}

BENCHMARK_CAPTURE(throughput, journal_off, durability::none)
    ->Arg(64)
    ->Arg(512)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(throughput, journal_on, durability::calls)
    ->Arg(64)
    ->Arg(512)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(throughput, journal_and_traces_on, durability::calls_and_traces)
    ->Arg(64)
    ->Arg(512)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(latency, journal_off, durability::none)
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(latency, journal_on, durability::calls)
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(latency, journal_and_traces_on, durability::calls_and_traces)
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(one_commit)->UseRealTime()->Unit(benchmark::kMicrosecond);

} // namespace

BENCHMARK_MAIN();
