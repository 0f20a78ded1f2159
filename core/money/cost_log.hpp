#pragma once

#include "core/ids.hpp"
#include "core/money/ledger.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace spillway::money {

/// [from, to). The log knows whole hours: it counts those that begin within.
struct cost_span {
  wall_time from = wall_time::min();
  wall_time to = wall_time::max();
  friend bool operator==(const cost_span&, const cost_span&) = default;
};

/// What to sum over.
struct cost_query {
  model_id model;                   ///< empty: all
  std::optional<scope_value> scope; ///< {"team", "search"}; absent: all
  cost_span span;
};

struct cost_sum {
  nano_usd cost;
  std::uint64_t calls = 0; ///< that cost anything
  friend bool operator==(const cost_sum&, const cost_sum&) = default;
};

/// One line of a breakdown: a model, the name of a scope, or an hour.
struct cost_line {
  std::string name; ///< of an hour: when it begins, "2026-11-24T12:00:00+00:00"
  cost_sum sum;
  friend bool operator==(const cost_line&, const cost_line&) = default;
};

enum class cost_dimension { model, team, user, key, tag, session, run, hour };

const char* to_string(cost_dimension d) noexcept;

/// What calls have cost, by hour, model and each scope they belong to. Bounded: beyond
/// `bounds::cost_log_rows_max` the oldest hours are forgotten, and `complete_from` says so. A call
/// counts in the hour it was reserved in, as in the ledger.
///
/// Owned by the budget actor. Not thread-safe.
class cost_log {
public:
  /// Hours begin on the hour of `zone`. Requires: it is known.
  explicit cost_log(std::string zone);

  /// A call that may cost something has begun. Requires: `id` is not open.
  void open(reservation_id id, model_id model, std::vector<scope_value> scopes, wall_time now);

  /// It waited, and begins only now.
  void begin_now(reservation_id id, wall_time now);

  /// Whose call it is; nothing if `id` is not open.
  model_id model_of(reservation_id id) const;

  /// It has ended and cost `actual`. An unknown id changes nothing.
  void close(reservation_id id, nano_usd actual);

  /// The calls of former runs; of what was before `since` nothing is known.
  void restore(const std::vector<restored_posting>& postings, wall_time since);

  /// So many calls of the past, all of about `at`.
  void add(const model_id& model, const std::vector<scope_value>& scopes, nano_usd cost,
           wall_time at, std::uint64_t calls = 1);

  cost_sum total(const cost_query& q) const;

  /// One line a name in order of name, or one an hour in order of time. A call with two tags counts
  /// in both; calls without a name in that dimension are not listed. By a scope, `q.scope` has no
  /// meaning and is ignored.
  std::vector<cost_line> breakdown(cost_dimension by, const cost_query& q) const;

  /// What the accounts of `rule` spent in `span`, one line an account with its scope's value.
  std::vector<cost_line> spent_within(const budget_rule& rule, const cost_span& span) const;

  /// The running period of the log's zone.
  cost_span running(period p, wall_time now) const;

  /// Whether nothing of `span` is missing.
  bool is_complete(const cost_span& span) const noexcept;

  wall_time complete_from() const noexcept { return complete_from_; }

  std::size_t rows() const noexcept { return rows_; }

private:
  struct row_key {
    std::string model;
    std::string scope; ///< empty: the sum over all calls of the model
    std::string name;
    friend bool operator==(const row_key&, const row_key&) = default;
  };
  struct row_hash {
    std::size_t operator()(const row_key& k) const noexcept;
  };
  struct open_call {
    model_id model;
    std::vector<scope_value> scopes;
    wall_time at{};
  };
  using hour_rows = std::unordered_map<row_key, cost_sum, row_hash>;

  wall_time hour_of(wall_time at);
  void count(hour_rows& hour, row_key key, cost_sum sum);
  void forget_oldest();
  std::vector<cost_line> by_name(cost_dimension by, const cost_query& q) const;
  std::vector<cost_line> by_hour(const cost_query& q) const;
  template <class Visit>
  void visit(const cost_query& q, const std::string& scope, Visit&& each) const;

  std::string zone_;
  period_span day_; ///< the last one asked for
  std::map<wall_time, hour_rows> hours_;
  std::unordered_map<reservation_id, open_call> open_;
  std::size_t rows_ = 0;
  wall_time complete_from_ = wall_time::min();
};

/// An hour for people and machines: RFC 3339 in `zone`.
std::string hour_text(wall_time hour, const std::string& zone);

} // namespace spillway::money
