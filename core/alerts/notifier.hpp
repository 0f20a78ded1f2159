#pragma once

#include "core/alerts/incident.hpp"
#include "core/alerts/notice.hpp"

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
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
  /// Something happened. It is over when it has not happened again for `again_after`, or at `end`.
  void happened(finding what, wall_time now);

  /// What an earlier run left. What went on then is over unless it is soon found again.
  void restore(std::span<const incident> left, wall_time now);

  /// The notices due by now, for delivery at once.
  std::vector<notice> take(wall_time now);
  /// When `take` may have something; absent if nothing goes on.
  std::optional<wall_time> due() const;

  /// What `restore` needs to know, and no longer knows, since the last call.
  struct changes {
    std::vector<incident> kept;
    std::vector<finding_key> forgotten;
  };
  changes take_changes();

  bool is_open(const finding_key& key) const;
  /// What goes on or has happened lately, in order of rule and subject.
  std::vector<incident> open_incidents() const;
  std::size_t size() const noexcept { return incidents_.size(); }

private:
  using incident_map = std::map<finding_key, incident>;

  incident& find_or_add(finding what, wall_time now);
  void make_room();
  void forget(incident_map::iterator it);
  wall_time next_of(const incident& i) const;
  bool has_news(const incident& i, wall_time now) const;
  bool is_over(const incident& i, wall_time now) const;
  void tell(incident& i, wall_time now, std::vector<notice>& out);
  void close(incident& i, wall_time now, std::vector<notice>& out);
  notice digest(wall_time now);

  options options_;
  incident_map incidents_;
  std::deque<wall_time> told_;      ///< notices of the last hour
  std::vector<finding> held_back_;  ///< for the next digest
  std::size_t held_back_count_ = 0; ///< more than `held_back_` holds
  wall_time digest_at_ = wall_time::min();
  std::set<finding_key> changed_;
  std::vector<finding_key> forgotten_;
};

} // namespace spillway::alerts
