#include "tests/support/virtual_system.hpp"

#include <algorithm>

namespace spillway::tests {
namespace {

/// 2026-11-24T12:00:00Z.
constexpr std::int64_t start_of_time = 1'795'521'600'000'000'000;

} // namespace

virtual_system::config::config() {
  set("scheduler.policy", caf::atom("testing"));
}

virtual_system::virtual_system(std::uint64_t seed)
    : system_{config_},
      scheduler_{dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler())},
      random_{static_cast<std::minstd_rand::result_type>(seed)},
      start_{scheduler_.clock().now()},
      self_{system_, true} {
  system_.await_actors_before_shutdown(false);
}

mono_time virtual_system::now() const {
  return scheduler_.clock().now();
}

wall_clock virtual_system::wall() const {
  return [start = start_](mono_time t) {
    return wall_time_from_unix_nanos(start_of_time) + (t - start);
  };
}

void virtual_system::schedule(duration delay, std::function<void()> event) {
  events_.emplace(now() + std::max(delay, duration{}), std::move(event));
}

void virtual_system::settle() {
  while (!scheduler_.jobs.empty()) {
    const auto chosen = static_cast<std::ptrdiff_t>(random_() % scheduler_.jobs.size());
    std::iter_swap(scheduler_.jobs.begin(), scheduler_.jobs.begin() + chosen);
    scheduler_.run_once();
  }
}

bool virtual_system::step() {
  settle();
  const auto& timers = scheduler_.clock().schedule();
  const bool timer_first =
      !timers.empty() && (events_.empty() || timers.begin()->first <= events_.begin()->first);
  if (timer_first) {
    const auto due = timers.begin()->first;
    scheduler_.advance_time(std::max<duration>(due - now(), duration{}));
  } else if (!events_.empty()) {
    auto next = events_.extract(events_.begin());
    scheduler_.advance_time(std::max<duration>(next.key() - now(), duration{}));
    next.mapped()();
  } else {
    return false;
  }
  settle();
  return true;
}

bool virtual_system::run_until(const std::function<bool()>& done) {
  settle();
  while (!done())
    if (!step())
      return done();
  return true;
}

void virtual_system::advance(duration d) {
  const mono_time end = now() + d;
  settle();
  while (true) {
    const auto& timers = scheduler_.clock().schedule();
    const bool timer_due = !timers.empty() && timers.begin()->first <= end;
    const bool event_due = !events_.empty() && events_.begin()->first <= end;
    if (!timer_due && !event_due)
      break;
    step();
  }
  scheduler_.advance_time(end - now());
  settle();
}

} // namespace spillway::tests
