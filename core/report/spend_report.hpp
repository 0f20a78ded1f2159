#pragma once

#include "core/call_record.hpp"
#include "core/money/calendar.hpp"
#include "core/report/ledger_check.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace spillway::report {

/// What the lines of a report are about. `key` is the virtual key of a caller, `provider_key` the
/// account at a provider that a call went to.
enum class spend_dimension { model, provider_key, team, user, key, tag, session, run, hour, day };

const char* to_string(spend_dimension d) noexcept;

/// What some calls had in common, cost and came to.
struct spend_line {
  std::string name;             ///< empty: calls that have none
  std::uint64_t requests = 0;   ///< that made such a call
  std::uint64_t calls = 0;      ///< upstream; those that never left are not counted
  std::uint64_t answered = 0;
  std::uint64_t rate_limited = 0; ///< refused by the provider with 429
  std::uint64_t unknown = 0;      ///< perhaps billed, nobody knows: counted at their maximum
  std::uint64_t fallbacks = 0;    ///< made after a call of the same request to another model
  token_count input;
  token_count cached_input; ///< part of `input`
  token_count output;
  token_count reasoning; ///< part of `output`
  nano_usd cost;
  /// Of `calls`, those whose requests and fallbacks are not known any more.
  std::uint64_t folded = 0;
};

/// Sums calls of a journal up by one dimension. A call with two tags counts in both lines, and once
/// in the total. Calls come in the order they were begun. Not thread-safe.
class spend_report {
public:
  /// Hours and days are those of `zone`. Requires: it is known.
  spend_report(spend_dimension by, std::string zone);

  /// Calls of which the journal only has the sums: they add neither requests nor fallbacks.
  void add(const folded_calls& old);

  /// One call; without a settlement it is not known how it ended.
  void add(const call_intent& intent, const std::optional<call_settlement>& settlement);

  /// Lines of time in order of time, others the dearest first.
  std::vector<spend_line> lines() const;
  const spend_line& total() const noexcept { return total_; }

private:
  /// A request whose calls may go on.
  struct open_request {
    model_id model; ///< of the last call
    wall_time at{};
    std::set<std::string> lines; ///< that have counted it
  };

  /// What the lines of a call are chosen by.
  struct call_marks {
    const model_id& model;
    const key_id& key;
    const std::vector<money::scope_value>& scopes;
    wall_time at{};
  };

  std::vector<std::string> names_of(const call_marks& call);
  std::string time_of(wall_time at);
  void forget_old(wall_time now);

  spend_dimension by_;
  std::string zone_;
  money::period_span day_; ///< the last one asked for
  std::map<std::string, spend_line> lines_;
  spend_line total_;
  std::unordered_map<request_id, open_request> open_;
  wall_time looked_at_ = wall_time::min();
};

} // namespace spillway::report
