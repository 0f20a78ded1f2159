// What people and time do to a journal, beside the rows of running calls.

#include "storage/journal_file.hpp"
#include "storage/retention.hpp"

#include <array>
#include <string>

namespace spillway::storage {
namespace {

constexpr const char* all_cost = "select (select coalesce(sum(cost), 0) from settlement) "
                                 "+ (select coalesce(sum(cost), 0) from total)";

/// Chooses whole calls, so that an intent and its ending go together.
constexpr const char* choose =
    "insert into fold select i.lease from intent i join settlement s using(lease) "
    "where i.at < ?1 and s.outcome <> 3 order by i.at limit ?2";

constexpr const char* add_up = R"(
    insert into total
      select (i.at / ?1) * ?1, i.key, i.model, i.scopes,
             sum(s.outcome = 0), sum(s.outcome = 1), sum(s.outcome = 2), sum(s.cost <> 0),
             sum(s.input), sum(s.cached_input), sum(s.cache_write), sum(s.output),
             sum(s.reasoning), sum(s.cost)
      from fold join intent i using(lease) join settlement s using(lease) group by 1, 2, 3, 4
    on conflict do update set
      settled = settled + excluded.settled, not_sent = not_sent + excluded.not_sent,
      rejected = rejected + excluded.rejected, paid = paid + excluded.paid,
      input = input + excluded.input, cached_input = cached_input + excluded.cached_input,
      cache_write = cache_write + excluded.cache_write, output = output + excluded.output,
      reasoning = reasoning + excluded.reasoning, cost = cost + excluded.cost)";

} // namespace

result<std::size_t> journal::file::fold(wall_time limit, std::size_t calls_max) {
  const auto before = number_of(all_cost);
  if (!before)
    return before.failure();
  if (auto made = db.execute("create temp table if not exists fold(lease integer primary key); "
                             "delete from fold");
      !made)
    return made.failure();
  auto chosen = db.prepare(choose);
  auto added = chosen ? db.prepare(add_up) : result<statement>{chosen.failure()};
  if (!added)
    return added.failure();
  if (auto done =
          chosen->bind(1, to_unix_nanos(limit)).bind(2, static_cast<std::int64_t>(calls_max)).run();
      !done)
    return done.failure();
  const std::size_t calls = db.changes();
  if (auto done = added->bind(1, quarter.count()).run(); !done)
    return done.failure();
  for (const char* remove : {"delete from intent where lease in (select lease from fold)",
                             "delete from settlement where lease in (select lease from fold)"})
    if (auto done = db.execute(remove); !done)
      return done.failure();
  const auto after = number_of(all_cost);
  if (!after)
    return after.failure();
  if (*after != *before)
    return error{"journal '" + db.path()
                 + "': folding calls would have changed what was spent; nothing was done, please "
                   "report this"};
  return calls;
}

result<std::size_t> journal::fold_before(wall_time limit, std::size_t calls_max) {
  std::size_t calls = 0;
  auto done = file_->change([&]() -> result<void> {
    auto folded = file_->fold(limit, calls_max);
    if (!folded)
      return folded.failure();
    calls = *folded;
    return {};
  });
  if (!done)
    return done.failure();
  return calls;
}

result<void> journal::shrink() {
  if (auto done = file_->db.execute("vacuum"); !done)
    return done;
  return file_->db.checkpoint();
}

result<void> journal::file::reconcile(const call_settlement& as, const std::string& note) {
  auto found = db.prepare("select outcome, cost from settlement where lease = ?1");
  if (!found)
    return found.failure();
  const auto lease = static_cast<std::int64_t>(as.lease.value);
  const auto row = found->bind(1, lease).step();
  if (!row)
    return row.failure();
  const std::string name = "call " + std::to_string(as.lease.value);
  if (!*row)
    return error{name
                 + " has no ending in the journal; `spillway ledger unknown` lists the calls "
                   "that can be set right"};
  if (found->integer(0) != static_cast<std::int64_t>(call_outcome::unknown))
    return error{name + ": its outcome is known, and stays as it is"};
  const std::int64_t cost_before = found->integer(1);
  found->reset();
  auto noted = db.prepare("insert into correction(lease, at, outcome_before, cost_before, outcome, "
                          "cost, note) values(?1, ?2, 3, ?3, ?4, ?5, ?6)");
  auto corrected = noted ? db.prepare("update settlement set outcome = ?2, cost = ?3, input = ?4, "
                                      "output = ?5, charged = iif(?2 = 1, 0, charged), "
                                      "estimated = 0 where lease = ?1")
                         : result<statement>{noted.failure()};
  if (!corrected)
    return corrected.failure();
  if (auto done = noted->bind(1, lease)
                      .bind(2, to_unix_nanos(as.at))
                      .bind(3, cost_before)
                      .bind(4, static_cast<std::int64_t>(as.outcome))
                      .bind(5, as.cost.value())
                      .bind(6, std::string_view{note})
                      .run();
      !done)
    return done;
  return corrected->bind(1, lease)
      .bind(2, static_cast<std::int64_t>(as.outcome))
      .bind(3, as.cost.value())
      .bind(4, as.usage.input.value())
      .bind(5, as.usage.output.value())
      .run();
}

result<void> journal::reconcile(const call_settlement& as, const std::string& note) {
  return file_->change([&] { return file_->reconcile(as, note); });
}

result<std::size_t> journal::retry_refused_traces() {
  const auto waiting = file_->number_of("select count(*) from refused_trace");
  if (!waiting)
    return waiting.failure();
  const auto done = file_->change([&] {
    return file_->db.execute("insert into trace(at, bytes) select at, bytes from refused_trace "
                             "order by number; delete from refused_trace");
  });
  if (!done)
    return done.failure();
  return static_cast<std::size_t>(*waiting);
}

} // namespace spillway::storage
