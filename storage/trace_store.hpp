#pragma once

// Internal to storage: the traces in a journal that Langfuse has not acknowledged.

#include "core/report/trace_spool.hpp"
#include "core/result.hpp"
#include "core/units.hpp"
#include "storage/sqlite.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace spillway::storage {

/// Every change belongs to the transaction that its caller has open, the counts too: they are kept
/// by triggers (schema.cpp).
class trace_store {
public:
  /// Errors: the tables cannot be read.
  static result<trace_store> open(database& db);

  result<void> add(std::string_view bytes, wall_time at);
  result<void> replace(const report::kept_trace& trace);
  /// One that is not there any more changes nothing.
  result<void> end(const report::ended_trace& ended, wall_time at);

  /// Drops the oldest while all together are above `bytes_max` and more than one is left.
  result<void> make_room(std::size_t bytes_max);

  /// The oldest, in order: at most `count_max`, and `bytes_max` unless the first alone is more.
  result<std::vector<report::kept_trace>> oldest(std::size_t count_max, std::size_t bytes_max);

  /// Ended ones since the file was made.
  result<report::trace_tally> tally();

private:
  explicit trace_store(database& db) : db_{&db} {}
  result<void> prepare();
  result<void> count(std::int64_t delivered, std::int64_t refused, std::int64_t dropped);

  database* db_;
  statement insert_;
  statement replace_;
  statement remove_;
  statement set_aside_;
  statement forget_old_refusals_;
  statement count_;
  statement oldest_;
  statement tally_;
};

} // namespace spillway::storage
