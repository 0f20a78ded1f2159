#pragma once

#include "core/alerts/condition.hpp"
#include "core/failure.hpp"
#include "core/units.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace spillway::alerts {

/// What one upstream call says about its model's health.
enum class call_result {
  answered,
  failed,       ///< the provider's fault
  rate_limited, ///< 429: our limits should have kept it from happening
  no_matter,    ///< the caller's fault or wish: says nothing
};

call_result result_of(const std::optional<call_failure>& failure) noexcept;

/// The calls of one model in bins of a minute, over the last ten, and what is wrong with them. A
/// window is whole minutes that are over. Owned by the rule engine; about 4 KiB.
class call_health {
public:
  struct options {
    double error_share = 0.05;   ///< of all calls, in both windows
    std::int64_t calls_min = 20; ///< fewer in five minutes prove nothing
    std::int64_t rejections = 3; ///< more 429 in ten minutes are told apart from a single one
    duration wait_p95 = std::chrono::seconds{30};
  };

  call_health() : call_health{options{}} {}
  explicit call_health(options o) : options_{o} {}

  void record(call_result result, duration waited, wall_time now);

  /// The conditions that began or ended, judged at most once a minute.
  struct changes {
    bool errors = false;
    bool rejections = false;
    bool waits = false;
  };
  changes judge(wall_time now);

  bool has_errors() const noexcept { return errors_.holds(); }
  bool has_rejections() const noexcept { return rejections_.holds(); }
  bool has_waits() const noexcept { return waits_.holds(); }
  /// True while a condition holds or a call of the last ten minutes may still begin one.
  bool is_awake(wall_time now) const noexcept;

  // As of the last judgement.
  double error_share() const noexcept { return error_share_; }
  std::int64_t rejections() const noexcept { return rejected_; }
  duration wait_p95() const noexcept { return p95_; }

private:
  static constexpr std::size_t minutes = 10;
  static constexpr std::size_t wait_steps = 64;

  struct bin {
    std::int64_t minute = -1; ///< since the epoch
    std::int64_t calls = 0;
    std::int64_t failed = 0;
    std::int64_t rejected = 0;
    std::array<std::uint32_t, wait_steps> waits{}; ///< by `step_of`
  };

  static std::size_t step_of(duration waited);
  static duration end_of(std::size_t step);
  bin& bin_of(std::int64_t minute);
  /// The sum of `count` minutes up to and with `last`.
  bin sum(std::int64_t last, std::int64_t count) const;
  duration quantile_95(const bin& b) const;

  options options_;
  std::array<bin, minutes + 1> bins_;
  std::int64_t judged_ = -1;
  std::int64_t last_call_ = -1;
  condition errors_;
  condition rejections_;
  condition waits_{condition::options{2, 0.8, 2}};
  double error_share_ = 0;
  std::int64_t rejected_ = 0;
  duration p95_{};
};

} // namespace spillway::alerts
