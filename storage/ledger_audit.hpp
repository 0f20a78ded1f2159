#pragma once

// Internal to storage: a look through a whole journal.

#include "core/money/calendar.hpp"
#include "core/report/ledger_check.hpp"
#include "core/result.hpp"
#include "storage/sqlite.hpp"

#include <string>

namespace spillway::storage {

/// Checks the file, the chain from intents to endings and the sums kept beside the rows, and adds
/// up what each account was charged in each `per` of `zone`. Errors: the file cannot be read at
/// all.
result<report::ledger_check> audit(database& db, money::period per, const std::string& zone);

/// Sums of folded calls, as `ledger_reader::each_folded` shows them.
inline constexpr const char* folded_columns =
    "at, key, model, scopes, settled, not_sent, rejected, paid, input, cached_input, cache_write, "
    "output, reasoning, cost";
report::folded_calls folded_at(const statement& row);

} // namespace spillway::storage
