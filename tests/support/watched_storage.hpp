#pragma once

#include <functional>
#include <string>

namespace spillway::tests {

/// What SQLite asks of the system.
enum class storage_step {
  wal_write,  ///< a commit
  wal_sync,   ///< the end of a commit
  file_write, ///< a checkpoint: of many pages, or the last owner leaves
  file_sync,  ///< the end of a checkpoint
};

/// What may stand between SQLite and the system. Called on whatever thread uses a database.
struct storage_watch {
  /// Asked before a step: SQLITE_OK takes it, `write_half` takes half of a write and says it was
  /// all, anything else fails it with that code.
  std::function<int(storage_step)> before;
  /// Told after a step was taken; `path` is the file.
  std::function<void(storage_step, const std::string& path)> after;
};

inline constexpr int write_half = -1;

/// From now on databases that this process opens are watched; an empty watch lets everything pass.
/// Not while another thread uses one.
void watch_storage(storage_watch watch);

} // namespace spillway::tests
