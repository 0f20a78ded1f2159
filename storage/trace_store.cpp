#include "storage/trace_store.hpp"

#include "core/bounds.hpp"

#include <algorithm>
#include <utility>

namespace spillway::storage {
namespace {

std::int64_t id(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}

std::size_t size_at(const statement& row, int column) {
  return static_cast<std::size_t>(row.integer(column));
}

} // namespace

result<trace_store> trace_store::open(database& db) {
  trace_store store{db};
  if (auto ready = store.prepare(); !ready)
    return ready.failure();
  return store;
}

result<void> trace_store::prepare() {
  const std::pair<statement*, const char*> all[] = {
      {&insert_, "insert into trace(at, bytes) values(?1, cast(?2 as blob))"},
      {&replace_, "update trace set bytes = cast(?2 as blob) where number = ?1"},
      {&remove_, "delete from trace where number = ?1"},
      {&set_aside_, "insert into refused_trace(at, reason, bytes) "
                    "select ?2, ?3, bytes from trace where number = ?1"},
      {&forget_old_refusals_, "delete from refused_trace where number <= "
                              "(select max(number) from refused_trace) - ?1"},
      {&count_, "update trace_total set delivered = delivered + ?1, refused = refused + ?2, "
                "dropped = dropped + ?3"},
      {&oldest_, "select number, bytes from trace order by number limit ?1"},
      {&tally_, "select waiting, waiting_bytes, delivered, refused, dropped, "
                "(select at from trace order by number limit 1) from trace_total"}};
  for (const auto& [place, sql] : all) {
    auto prepared = db_->prepare(sql);
    if (!prepared)
      return prepared.failure();
    *place = std::move(*prepared);
  }
  return {};
}

result<void> trace_store::add(std::string_view bytes, wall_time at) {
  return insert_.bind(1, to_unix_nanos(at)).bind(2, bytes).run();
}

result<void> trace_store::replace(const report::kept_trace& trace) {
  return replace_.bind(1, id(trace.number)).bind(2, std::string_view{trace.bytes}).run();
}

result<void> trace_store::end(const report::ended_trace& ended, wall_time at) {
  const bool refused = ended.how == report::trace_ending::refused;
  if (refused) {
    auto kept = set_aside_.bind(1, id(ended.number))
                    .bind(2, to_unix_nanos(at))
                    .bind(3, std::string_view{ended.reason})
                    .run();
    if (kept)
      kept = forget_old_refusals_.bind(1, id(bounds::refused_traces_max)).run();
    if (!kept)
      return kept;
  }
  if (auto removed = remove_.bind(1, id(ended.number)).run(); !removed)
    return removed;
  if (db_->changes() == 0)
    return {};
  return count(refused ? 0 : 1, refused ? 1 : 0, 0);
}

result<void> trace_store::make_room(std::size_t bytes_max) {
  auto now = tally();
  if (!now || now->waiting_bytes <= bytes_max)
    return now ? result<void>{} : now.failure();
  std::size_t excess = now->waiting_bytes - bytes_max;
  std::vector<std::uint64_t> dropped;
  oldest_.bind(1, static_cast<std::int64_t>(now->waiting - 1));
  while (excess > 0) {
    const auto row = oldest_.step();
    if (!row)
      return row.failure();
    if (!*row)
      break;
    dropped.push_back(static_cast<std::uint64_t>(oldest_.integer(0)));
    excess -= std::min(excess, oldest_.text(1).size());
  }
  oldest_.reset();
  for (const std::uint64_t number : dropped)
    if (auto removed = remove_.bind(1, id(number)).run(); !removed)
      return removed;
  return count(0, 0, static_cast<std::int64_t>(dropped.size()));
}

result<std::vector<report::kept_trace>> trace_store::oldest(std::size_t count_max,
                                                            std::size_t bytes_max) {
  std::vector<report::kept_trace> out;
  std::size_t bytes = 0;
  oldest_.bind(1, static_cast<std::int64_t>(count_max));
  while (true) {
    const auto row = oldest_.step();
    if (!row)
      return row.failure();
    if (!*row)
      break;
    report::kept_trace next{static_cast<std::uint64_t>(oldest_.integer(0)), oldest_.text(1)};
    bytes += next.bytes.size();
    if (!out.empty() && bytes > bytes_max)
      break;
    out.push_back(std::move(next));
  }
  oldest_.reset();
  return out;
}

result<report::trace_tally> trace_store::tally() {
  const auto row = tally_.step();
  if (!row)
    return row.failure();
  report::trace_tally t;
  t.waiting = size_at(tally_, 0);
  t.waiting_bytes = size_at(tally_, 1);
  t.delivered = size_at(tally_, 2);
  t.refused = size_at(tally_, 3);
  t.dropped = size_at(tally_, 4);
  t.oldest_at = wall_time_from_unix_nanos(tally_.integer(5));
  tally_.reset();
  return t;
}

result<void> trace_store::count(std::int64_t delivered, std::int64_t refused,
                                std::int64_t dropped) {
  return count_.bind(1, delivered).bind(2, refused).bind(3, dropped).run();
}

} // namespace spillway::storage
