#pragma once

// Internal to storage: calls as rows.

#include "core/call_record.hpp"
#include "storage/sqlite.hpp"

namespace spillway::storage {

/// The columns that `intent_at` reads, of a table or alias "i".
inline constexpr const char* intent_columns =
    "i.lease, i.reservation, i.request, i.attempt, i.key, i.model, i.charged, i.reserved_max, "
    "i.scopes, i.at, i.trace, i.parent_span, i.trace_name";
inline constexpr int intent_column_count = 13;

/// Those that `settlement_at` reads, of "s"; the first is null if there is no settlement.
inline constexpr const char* settlement_columns =
    "s.lease, s.outcome, s.charged, s.input, s.cached_input, s.cache_write, s.output, "
    "s.reasoning, s.estimated, s.cost, s.at, s.sent";

/// Whose first column is `first`.
call_intent intent_at(const statement& row, int first = 0);
call_settlement settlement_at(const statement& row, int first);

/// Binds every column of the table, in order.
statement& bind_intent(statement& insert, const call_intent& row);
statement& bind_settlement(statement& insert, const call_settlement& row);

} // namespace spillway::storage
