#pragma once

#include "core/chat.hpp"
#include "core/ids.hpp"
#include "core/money/ledger.hpp"
#include "core/rate/admission.hpp"

#include <optional>
#include <string>
#include <vector>

namespace spillway {

/// Where a call's span belongs, for the one that is made of it if its run dies.
struct trace_place {
  std::string trace_id;
  std::string parent_span_id;
  std::string trace_name;
  friend bool operator==(const trace_place&, const trace_place&) = default;
};

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
  trace_place trace{};
};

/// How an upstream call ended. `settled`: `charged`, `usage` and `cost` are the provider's.
enum class call_outcome { settled, not_sent, rejected, unknown };

const char* to_string(call_outcome outcome) noexcept;

/// What is written when an upstream call has ended; exactly one follows each intent.
struct call_settlement {
  lease_id lease;
  call_outcome outcome = call_outcome::settled;
  token_count charged; ///< of the token window
  token_usage usage;
  nano_usd cost;
  wall_time at{};
  wall_time sent_at{}; ///< when it left, or at the latest could have; of no meaning if `not_sent`
};

/// One call as the ledger has it.
struct ledger_row {
  call_intent intent;
  std::optional<call_settlement> settlement; ///< absent: it has not ended, or its run died
};

/// All that one limiter has learnt of its provider.
struct limiter_lessons {
  key_id key;
  model_id model; ///< empty: the limiter of every model under `key`
  std::vector<rate::learnt_limit> lessons;
};

} // namespace spillway
