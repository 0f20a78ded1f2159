#pragma once

#include "core/instant.hpp"
#include "simulator/provider.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace spillway::simulator::testing {

/// A clock and scheduler that tests run: functions wait until `run_for` reaches their time.
class virtual_time {
public:
  instant now() const noexcept { return now_; }

  scheduler schedule() {
    return [this](duration delay, std::function<void()> run) {
      waiting_.emplace(std::pair{now_.mono + delay, ++count_}, std::move(run));
    };
  }

  /// Runs what is due within `span`, in order of time, then of scheduling.
  void run_for(duration span) {
    const instant end = now_ + span;
    while (!waiting_.empty() && waiting_.begin()->first.first <= end.mono) {
      auto due = waiting_.extract(waiting_.begin());
      if (due.key().first > now_.mono)
        now_ = now_ + (due.key().first - now_.mono);
      due.mapped()();
    }
    now_ = end;
  }

  std::size_t waiting() const noexcept { return waiting_.size(); }

private:
  // 2026-11-24 00:00 UTC; the monotonic clock starts at a whole minute.
  instant now_{mono_time{} + std::chrono::hours{1},
               wall_time_from_unix_nanos(1'795'478'400'000'000'000)};
  std::uint64_t count_ = 0;
  std::map<std::pair<mono_time, std::uint64_t>, std::function<void()>> waiting_;
};

} // namespace spillway::simulator::testing
