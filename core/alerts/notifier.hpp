#pragma once

#include "core/alerts/notice.hpp"

#include <deque>
#include <map>
#include <optional>
#include <vector>

namespace spillway::alerts {

/// Decides which findings become notices, so that people keep reading them: one finding is told
/// once and again only after hours, what ends is told when it has stayed quiet for a while, and
/// past so many an hour the rest comes together in digests, grouped by subject. Owned by the rule
/// engine.
class notifier {
public:
  struct options {
    duration again_after = std::chrono::hours{6};
    int per_hour_max = 20;
    duration calm = std::chrono::minutes{10}; ///< an end that lasts less is none
    duration digest_interval = std::chrono::minutes{15};
  };

  notifier() : notifier{options{}} {}
  explicit notifier(options o) : options_{o} {}

  /// Something began and goes on until `end`.
  void begin(finding what, wall_time now);
  /// No-op if it did not begin.
  void end(const finding_key& key, wall_time now);
  /// Something happened; it is forgotten when it has not happened again for long.
  void happened(finding what, wall_time now);

  /// What was told at `told_at`, by an earlier run: it is not told again too early.
  void restore(const finding_key& key, wall_time told_at);

  /// The notices due by now, for delivery at once.
  std::vector<notice> take(wall_time now);
  /// When `take` may have something; absent if nothing goes on.
  std::optional<wall_time> due() const;

  bool is_open(const finding_key& key) const;
  std::size_t open() const noexcept { return incidents_.size(); }

private:
  struct incident {
    finding what;
    wall_time since{};
    wall_time last{};                 ///< found for the last time
    std::optional<wall_time> ended;   ///< not to be told before it has been calm
    std::optional<wall_time> told_at; ///< by a notice or a digest
    bool told_alone = false;          ///< by a notice of its own, which an end must close
    bool goes_on = false;             ///< until `end`; else it is forgotten in time
    std::int64_t untold = 0;          ///< times found since it was told
  };
  using incident_map = std::map<finding_key, incident>;

  incident& find_or_add(finding what, wall_time now);
  void make_room();
  wall_time next_of(const incident& i) const;
  bool is_over(const incident& i, wall_time now) const;
  void tell(incident& i, wall_time now, std::vector<notice>& out);
  notice resolution(const incident& i, wall_time now) const;
  notice digest(wall_time now);

  options options_;
  incident_map incidents_;
  std::deque<wall_time> told_;      ///< notices of the last hour
  std::vector<finding> held_back_;  ///< for the next digest
  std::size_t held_back_count_ = 0; ///< more than `held_back_` holds
  wall_time digest_at_ = wall_time::min();
};

} // namespace spillway::alerts
