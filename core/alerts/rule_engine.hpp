#pragma once

#include "core/alerts/burn_rate.hpp"
#include "core/alerts/call_health.hpp"
#include "core/alerts/notifier.hpp"
#include "core/alerts/spend_anomaly.hpp"
#include "core/money/ledger.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace spillway::alerts {

/// One upstream call that has ended.
struct call_sample {
  std::string model;
  std::string team; ///< empty: none
  call_result result = call_result::answered;
  duration waited{}; ///< for a permit
  nano_usd cost;
};

/// Every rule of the runtime over what it is told: calls, accounts, and events that others found.
/// Makes findings of them, and notices of those. Time only comes as an argument; nothing happens in
/// between. Owned by the alert sink. Not thread-safe.
class rule_engine {
public:
  struct options {
    call_health::options health{};
    spend_anomaly::options anomaly{};
    notifier::options notices{};
    bool forecasts = true;       ///< whether budgets are foreseen to run out
    bool anomalies = true;       ///< whether unusual spending is looked for
    nano_usd hourly_spend_max{}; ///< over all calls; zero: no such rule
    duration trace_lag = std::chrono::minutes{5};
  };

  explicit rule_engine(options o);

  void record_call(const call_sample& call, wall_time now);
  /// What the ledger's accounts reached.
  void record_crossing(const money::level_crossing& crossing, wall_time now);
  /// Every account now, about once a minute.
  void record_accounts(std::span<const money::account_status> accounts, wall_time now);
  /// Generations that wait for Langfuse, about once a minute.
  void record_traces(std::size_t pending, std::size_t delivered, wall_time now);
  void record_event(finding what, wall_time now);
  /// An event's cause is gone.
  void end_event(const finding_key& key, wall_time now);

  /// What former runs spent, so that it is known what is usual. Requires: nothing was recorded yet.
  void restore_spending(std::span<const money::restored_posting> postings, wall_time now);
  /// What former runs found.
  void restore_incidents(std::span<const incident> left, wall_time now);

  /// Judges whatever is over by now. To be called when `due` says so, or earlier.
  std::vector<notice> take_notices(wall_time now);
  /// When to call `take_notices` next; absent while there is nothing to watch.
  std::optional<wall_time> due(wall_time now) const;
  /// Whether accounts are worth a look: money moved lately, or one of them is being watched.
  bool wants_accounts(wall_time now) const;
  /// Whether pending traces are worth a look.
  bool wants_traces(wall_time now) const;

  /// What to keep for `restore_incidents`, since the last call.
  notifier::changes take_changes() { return notifier_.take_changes(); }
  std::vector<incident> open_incidents() const { return notifier_.open_incidents(); }

private:
  struct spend_series {
    spend_anomaly anomaly;
    std::int64_t hour = -1; ///< the open one, since the epoch; -1: none yet
    nano_usd sum;           ///< of the open hour
  };
  /// A crossing that was told and not yet taken back.
  struct crossing {
    int percent = 0; ///< of the limit
    int windows_below = 0;

    /// Takes one more look at its account.
    bool is_over(const money::account_status& a);
  };
  using account_index = std::unordered_map<std::string_view, const money::account_status*>;

  bool was_busy(wall_time now) const;
  void add_spend(const std::string& subject, nano_usd cost, wall_time now);
  void judge_health(wall_time now);
  void judge_hours(wall_time now);
  void close_hours(const std::string& subject, spend_series& series, std::int64_t hour,
                   wall_time now);
  void judge_hour(const std::string& subject, spend_series& series, wall_time now);
  void end_crossings(const account_index& accounts, wall_time now);
  void judge_burn(const money::account_status& account, wall_time now);
  void change(bool holds, finding what, wall_time now);

  options options_;
  notifier notifier_;
  std::map<std::string, call_health> health_;      ///< by model
  std::map<std::string, spend_series> spend_;      ///< by subject
  std::map<std::string, burn_rate> burn_;          ///< by account
  std::map<finding_key, crossing> crossed_;        ///< the subject is the account
  std::optional<wall_time> traces_stuck_since_;
  std::size_t traces_delivered_ = 0;
  wall_time last_call_ = wall_time::min();
};

} // namespace spillway::alerts
