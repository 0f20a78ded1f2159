#include "storage/journal_file.hpp"

#include "storage/ledger_rows.hpp"
#include "storage/lesson_store.hpp"
#include "storage/schema.hpp"

#include <filesystem>

namespace spillway::storage {
namespace {

using std::filesystem::perms;
constexpr perms owner_and_group = perms::owner_read | perms::owner_write | perms::group_read;

constexpr const char* in_memory = ":memory:";

/// As SQLite itself does it: 4 MiB, which restarts read back in milliseconds.
constexpr int checkpoint_pages = 1'000;

constexpr const char* set_up = R"(
  pragma journal_mode = wal;
  pragma synchronous = full;
  pragma busy_timeout = 250;)";

result<file_lock> lock_of(const std::string& path) {
  if (path == in_memory)
    return file_lock{};
  return file_lock::take(path + "-lock", "journal '" + path + "'");
}

} // namespace

result<std::unique_ptr<journal::file>> journal::file::open(const std::string& path,
                                                           std::size_t trace_bytes_max) {
  auto lock = lock_of(path);
  if (!lock)
    return lock.failure();
  std::error_code ignored;
  const bool fresh = !std::filesystem::exists(path, ignored);
  auto db = database::open(path);
  if (!db)
    return db.failure();
  if (fresh) // it names people, and holds what they said if traces do
    std::filesystem::permissions(path, owner_and_group, ignored);
  if (auto done = db->execute(set_up); !done)
    return done.failure();
  if (auto done = migrate(*db); !done)
    return done.failure();
  db->take_over_checkpoints();
  std::unique_ptr<file> f{new file{std::move(*lock), std::move(*db), trace_bytes_max}};
  if (auto ready = f->prepare(); !ready)
    return ready.failure();
  return f;
}

result<void> journal::file::prepare() {
  auto intent = db.prepare("insert or ignore into intent values(?,?,?,?,?,?,?,?,?,?,?,?,?)");
  if (!intent)
    return intent.failure();
  // An intent that was refused has no ending, whatever its job says later.
  auto settlement = db.prepare("insert or ignore into settlement "
                               "select ?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12 "
                               "where exists(select 1 from intent where lease = ?1)");
  if (!settlement)
    return settlement.failure();
  auto store = trace_store::open(db);
  if (!store)
    return store.failure();
  insert_intent_ = std::move(*intent);
  insert_settlement_ = std::move(*settlement);
  traces.emplace(std::move(*store));
  return {};
}

result<void> journal::file::write(const journal_batch& batch, wall_time now) {
  for (const call_intent& row : batch.intents)
    if (auto done = bind_intent(insert_intent_, row).run(); !done)
      return done;
  for (const call_settlement& row : batch.settlements)
    if (auto done = bind_settlement(insert_settlement_, row).run(); !done)
      return done;
  for (const limiter_lessons& row : batch.lessons)
    if (auto done = keep_lessons(db, row); !done)
      return done;
  return write_traces(batch, now);
}

result<void> journal::file::write_traces(const journal_batch& batch, wall_time now) {
  for (const report::kept_trace& trace : batch.replaced)
    if (auto done = traces->replace(trace); !done)
      return done;
  for (const report::ended_trace& ended : batch.ended)
    if (auto done = traces->end(ended, now); !done)
      return done;
  for (const std::string& trace : batch.traces)
    if (auto done = traces->add(trace, now); !done)
      return done;
  return batch.traces.empty() ? result<void>{} : traces->make_room(trace_bytes_max);
}

result<void> journal::file::check_usable() {
  if (!broken && db.has_moved())
    broken = error{"journal '" + db.path()
                   + "' was moved or deleted; put it back or remove it, and start Spillway again: "
                     "nothing is recorded until then"};
  return broken ? result<void>{*broken} : result<void>{};
}

void journal::file::conclude(const result<void>& done) {
  result<void> last = done;
  // What was just committed is safe in the log, so that a full disk may wait.
  if (last && db.log_pages() >= checkpoint_pages)
    last = db.checkpoint();
  if (!last && db.is_beyond_repair())
    broken = error{last.failure().message
                   + "; nothing is recorded until Spillway has been started again"};
}

result<std::int64_t> journal::file::number_of(const char* sql) {
  auto query = db.prepare(sql);
  if (!query)
    return query.failure();
  const auto row = query->step();
  if (!row)
    return row.failure();
  return *row ? query->integer(0) : 0;
}

} // namespace spillway::storage
