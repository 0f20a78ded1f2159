#pragma once

#include "core/call_record.hpp"
#include "core/report/ledger_check.hpp"

#include <string>

/// The ledger as files for other programs. One call a line, or the sums of calls that were folded
/// (`kind` is "call" or "sum"); the columns are the same, and so is the order:
///
///   kind lease request attempt key model begun_at ended_at outcome calls input_tokens
///   cached_input_tokens cache_write_tokens output_tokens reasoning_tokens usage_estimated
///   reserved_usd cost_usd team user session run tags
///
/// Times are RFC 3339 in UTC to the nanosecond, dollars exact decimals. A call that has not ended
/// has the outcome "open" and costs what is reserved for it, as budgets see it: the sum of
/// `cost_usd` is the ledger's.
namespace spillway::wire {

/// The first line of a CSV file, without a line break.
std::string ledger_csv_header();

/// RFC 4180, without a line break at the end. Tags are separated by semicolons.
std::string ledger_csv_line(const ledger_row& row);
std::string ledger_csv_line(const report::folded_calls& sum);

/// An object on one line; dollars are strings, because a JSON number loses their last digits.
std::string ledger_json_line(const ledger_row& row);
std::string ledger_json_line(const report::folded_calls& sum);

/// {ok, schema, damage, findings, calls {begun, settled, not_sent, rejected, unknown, open,
/// folded}, spent_usd, held_usd, traces {waiting, waiting_bytes, delivered, refused, dropped},
/// accounts [ {scope, name, period, calls, spent_usd, held_usd}]} on one line.
std::string encode_ledger_check(const report::ledger_check& check);

/// {folded, before, bytes_before, bytes_after, spent_usd} on one line.
std::string encode_compaction(const report::compaction& done);

} // namespace spillway::wire
