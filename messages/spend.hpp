#pragma once

#include "core/ids.hpp"
#include "core/money/cost_log.hpp"
#include "core/money/ledger.hpp"
#include "messages/type_ids.hpp"

#include <optional>
#include <vector>

namespace spillway {

/// Command to the budget: set aside the most this call can cost, on every account or none. If a
/// rule lets it wait, the reply comes when there is room or no more hope; `release_spend` ends the
/// wait.
struct reserve_spend {
  reservation_id id;
  std::vector<money::scope_value> scopes;
  nano_usd amount;
  std::optional<nano_usd> least{}; ///< would do if the reply may be shortened; absent: `amount`
  wall_time wait_until{};          ///< zero: no wait
  model_id model{};                ///< for the log of costs
};

struct spend_reply {
  money::spend_decision decision;
};

/// Event to the budget: the call cost `actual`; its reservation ends.
struct settle_spend {
  reservation_id id;
  nano_usd actual;
};

/// Event to the budget: the call cost nothing; its reservation ends.
struct release_spend {
  reservation_id id;
};

/// Command to the budget: every account of the current periods.
struct get_budget_status {};

struct budget_status {
  std::vector<money::account_status> accounts;
  std::size_t open_reservations = 0;
  std::size_t waiting = 0; ///< calls that wait for room
};

/// Command to the budget: would a call of `scopes` that costs up to `amount` be let pass now?
struct check_budget {
  std::vector<money::scope_value> scopes;
  nano_usd amount;
};

/// Nothing has been set aside: by the time of the call it may be another's.
struct budget_check {
  money::spend_decision decision;
};

/// Command to the budget: what may calls of `scopes` still spend?
struct get_remaining_budget {
  std::vector<money::scope_value> scopes;
};

struct remaining_budget {
  std::optional<nano_usd> remaining; ///< of the tightest account; absent: no rule concerns them
  std::vector<money::account_status> accounts;
};

/// Which costs to look at: those of the running day, week or month of the budget's zone, or all
/// that are known.
struct get_cumulative_cost {
  model_id model; ///< empty: all
  money::period timeframe = money::period::total;
  std::optional<money::scope_value> scope{}; ///< {"team", "search"}; absent: all
};

struct cumulative_cost {
  money::cost_sum sum;
  money::cost_span span; ///< the timeframe
  bool complete = true;  ///< false: hours of the timeframe are forgotten
};

/// Command to the budget: costs by one dimension. `scope` narrows those by model and by hour alone.
struct get_cost_breakdown {
  money::cost_dimension by = money::cost_dimension::model;
  money::period timeframe = money::period::total;
  model_id model{};
  std::optional<money::scope_value> scope{};
};

struct cost_breakdown {
  std::vector<money::cost_line> lines; ///< in order of name or of time
  money::cost_span span;
  bool complete = true;
};

} // namespace spillway

SPILLWAY_MESSAGE(spillway::check_budget)
SPILLWAY_MESSAGE(spillway::budget_check)
SPILLWAY_MESSAGE(spillway::get_remaining_budget)
SPILLWAY_MESSAGE(spillway::remaining_budget)
SPILLWAY_MESSAGE(spillway::get_cumulative_cost)
SPILLWAY_MESSAGE(spillway::cumulative_cost)
SPILLWAY_MESSAGE(spillway::get_cost_breakdown)
SPILLWAY_MESSAGE(spillway::cost_breakdown)
SPILLWAY_MESSAGE(spillway::reserve_spend)
SPILLWAY_MESSAGE(spillway::spend_reply)
SPILLWAY_MESSAGE(spillway::settle_spend)
SPILLWAY_MESSAGE(spillway::release_spend)
SPILLWAY_MESSAGE(spillway::get_budget_status)
SPILLWAY_MESSAGE(spillway::budget_status)
