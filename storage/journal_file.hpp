#pragma once

// Internal to storage: the open file behind a journal.

#include "storage/file_lock.hpp"
#include "storage/journal.hpp"
#include "storage/sqlite.hpp"
#include "storage/trace_store.hpp"

#include <optional>
#include <string>
#include <utility>

namespace spillway::storage {

class journal::file {
public:
  /// On the heap, because its parts refer to one another.
  static result<std::unique_ptr<file>> open(const std::string& path, std::size_t trace_bytes_max);

  result<void> write(const journal_batch& batch, wall_time now);
  /// Does `work` in one transaction, if the file may still be changed.
  template <class Work>
  result<void> change(Work&& work);
  result<std::size_t> fold(wall_time limit, std::size_t calls_max);
  result<void> reconcile(const call_settlement& as, const std::string& note);
  /// The number in the only row of a query without parameters.
  result<std::int64_t> number_of(const char* sql);

  file_lock lock; ///< outlives `db`
  database db;
  std::optional<trace_store> traces;
  std::size_t trace_bytes_max = 0;
  std::optional<error> broken;

private:
  file(file_lock taken, database opened, std::size_t bytes)
      : lock{std::move(taken)}, db{std::move(opened)}, trace_bytes_max{bytes} {}
  result<void> prepare();
  result<void> write_traces(const journal_batch& batch, wall_time now);
  /// Errors: the file may not be changed any more.
  result<void> check_usable();
  /// After a change: remembers a failure that is for good, or sees to the log.
  void conclude(const result<void>& done);

  statement insert_intent_;
  statement insert_settlement_;
};

template <class Work>
result<void> journal::file::change(Work&& work) {
  if (auto usable = check_usable(); !usable)
    return usable;
  auto begun = transaction::begin(db);
  result<void> done = begun ? work() : result<void>{begun.failure()};
  if (done)
    done = begun->commit();
  // Before the rollback, which would overwrite what SQLite knows of the failure.
  conclude(done);
  return done;
}

} // namespace spillway::storage
