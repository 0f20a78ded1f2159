#pragma once

#include "core/ids.hpp"
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

} // namespace spillway

SPILLWAY_MESSAGE(spillway::reserve_spend)
SPILLWAY_MESSAGE(spillway::spend_reply)
SPILLWAY_MESSAGE(spillway::settle_spend)
SPILLWAY_MESSAGE(spillway::release_spend)
SPILLWAY_MESSAGE(spillway::get_budget_status)
SPILLWAY_MESSAGE(spillway::budget_status)
