#pragma once

#include "core/ids.hpp"
#include "core/money/calendar.hpp"
#include "core/units.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace spillway::money {

/// What becomes of a call that an account has no room for: a cheaper model if one fits, a wait
/// until there is room, or a refusal at once. In order of severity.
enum class exhausted_policy { cheaper, wait, refuse };

const char* to_string(exhausted_policy p) noexcept;

/// One cap: at most `limit` in each `per` for each value of the scope named `scope`.
/// Scope "global" has one value; "team", "user", "key", "tag", "session" and "run" have one for
/// each name seen.
struct budget_rule {
  std::string scope = "global";
  std::string name; ///< the value this rule is for; empty: every value, each on its own account
  period per = period::day;
  nano_usd limit;
  exhausted_policy on_exhausted = exhausted_policy::cheaper;
  friend bool operator==(const budget_rule&, const budget_rule&) = default;
};

/// A scope and its value that a call belongs to: {"team", "search"}.
struct scope_value {
  std::string scope;
  std::string name;
  friend bool operator==(const scope_value&, const scope_value&) = default;
};

/// What a call asks to set aside. A name that occurs twice in `scopes` counts once.
struct spend_request {
  reservation_id id;
  std::vector<scope_value> scopes;
  nano_usd most;  ///< what it may cost as asked
  nano_usd least; ///< what it may cost with the shortest useful reply; `most` if it cannot shrink
  wall_time wait_until{}; ///< how long it may wait where a rule lets it; zero: not at all
};

/// The answer to a reservation.
struct spend_decision {
  bool reserved = false;
  nano_usd headroom;   ///< least room over all accounts concerned, after this decision
  std::string account; ///< the tightest that refused, for people: "global day 2026-11-24"
  /// When every account that refused has begun its next period; `wall_time::max()` if that would
  /// not help: a total, or a call dearer than a whole limit.
  wall_time opens_at{};
  nano_usd amount{};                                         ///< set aside: `least` to `most`
  exhausted_policy on_exhausted = exhausted_policy::cheaper; ///< the severest of those that refused
  bool held_up = false; ///< only what others have set aside stands in the way: it may be given back
  nano_usd limit{};     ///< of `account`, for people
};

/// One account: a rule, a scope value and a period.
struct account_status {
  std::string account;
  nano_usd limit;
  nano_usd spent;
  nano_usd reserved;
  wall_time begins{}; ///< its period
  wall_time ends{};   ///< `wall_time::max()` for a total
};

/// An account reached a share of its limit for the first time in its period, spent and reserved
/// together.
struct level_crossing {
  account_status account;
  int percent = 0; ///< the highest level reached; 0: it refused a call for the first time
};

/// A posting as a restart restores it.
struct restored_posting {
  reservation_id id;
  std::vector<scope_value> scopes;
  wall_time at{};
  nano_usd amount;
  bool settled = false; ///< false: still reserved at its maximum
  model_id model{};
  std::uint64_t calls = 1; ///< that `amount` is the sum of; all of the same scopes and model
};

/// The money ledger: reserve the worst case, settle the actual, release what was not spent.
/// `spent + reserved <= limit` holds on every account at every grant; an actual above its
/// reservation is posted in full. A reservation belongs to the periods it started in.
///
/// Owned by the budget actor. Not thread-safe.
class ledger {
public:
  /// Requires: `zone` is known; limits >= 0.
  ledger(std::vector<budget_rule> rules, std::string zone);
  ~ledger();
  ledger(ledger&&) noexcept;
  ledger& operator=(ledger&&) noexcept;

  /// Reserves `amount` on every account that concerns `scopes`, or on none.
  /// Requires: `id` is not held; amount >= 0.
  spend_decision reserve(reservation_id id, const std::vector<scope_value>& scopes, nano_usd amount,
                         wall_time now);

  /// Reserves as much as there is room for on every account concerned, up to `r.most`, or nothing
  /// if that is below `r.least`. Requires: `r.id` is not held; 0 <= least <= most.
  spend_decision reserve(const spend_request& r, wall_time now);

  /// What `reserve` would answer; takes nothing. `r.id` may be none.
  spend_decision check(const spend_request& r, wall_time now) const;

  /// Replaces a reservation by what was spent. Returns by how much the actual exceeded it (zero if
  /// it did not); absent if `id` is not held (a second terminal message): nothing changes.
  std::optional<nano_usd> settle(reservation_id id, nano_usd actual);

  /// Gives a reservation back. False if `id` is not held.
  bool release(reservation_id id);

  /// Spends a reservation in full: its holder is gone and the provider may bill it. Returns how
  /// much that is; absent if `id` is not held.
  std::optional<nano_usd> forfeit(reservation_id id);

  void restore(const std::vector<restored_posting>& postings, wall_time now);

  /// From now on these rules hold. An account of a rule for the same scope, name and period goes on
  /// with what is spent and reserved of it; calls in flight do not count for rules that are new.
  /// Returns the new ones, whose accounts know nothing of the past (`add_spent` tells them).
  std::vector<budget_rule> replace_rules(std::vector<budget_rule> rules);

  /// So much had been spent on the account `name` of a rule in its current period.
  /// Requires: the rule is one of ours.
  void add_spent(const budget_rule& rule, const std::string& name, nano_usd spent, wall_time now);

  /// Every account of the current periods. Also forgets accounts of periods long over.
  std::vector<account_status> status(wall_time now);

  /// The accounts that concern `scopes` now.
  std::vector<account_status> concerning(const std::vector<scope_value>& scopes,
                                         wall_time now) const;

  /// From now on, remembers when an account reaches one of these percentages of its limit, each
  /// once in a period. Requires: ascending, 1 to 100.
  void watch_levels(std::vector<int> percents);

  /// What was reached since the last call, and is told this once.
  std::vector<level_crossing> take_crossings();

  /// Least room over the accounts that concern `scopes`; absent if none does.
  std::optional<nano_usd> headroom(const std::vector<scope_value>& scopes, wall_time now) const;

  std::size_t open_reservations() const noexcept;

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace spillway::money
