#pragma once

#include "core/chat.hpp"
#include "core/ids.hpp"
#include "core/money/ledger.hpp"
#include "core/rate/admission.hpp"

#include <vector>

namespace spillway {

/// What is written before an upstream call leaves: enough to hold its reservations after a crash.
struct call_intent {
  lease_id lease;
  reservation_id reservation;
  request_id request;
  int attempt = 1; ///< counts the calls made for `request`
  key_id key;
  model_id model;
  token_count charged;   ///< taken of the token window
  nano_usd reserved_max; ///< taken of the budget
  std::vector<money::scope_value> scopes;
  wall_time at{};
};

/// How an upstream call ended. `settled`: `charged`, `usage` and `cost` are the provider's.
enum class call_outcome { settled, not_sent, rejected, unknown };

/// What is written when an upstream call has ended; exactly one follows each intent.
struct call_settlement {
  lease_id lease;
  call_outcome outcome = call_outcome::settled;
  token_count charged; ///< of the token window
  token_usage usage;
  nano_usd cost;
  wall_time at{};
};

} // namespace spillway
