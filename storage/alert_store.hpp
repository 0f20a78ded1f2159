#pragma once

#include "core/alerts/memory.hpp"
#include "core/result.hpp"

#include <memory>
#include <string>

namespace spillway::storage {

/// What alerts must not forget, in an SQLite file of its own beside the journal: incidents that are
/// open or must not be told again, and notices that a target has not taken yet. Written ahead and
/// synced at each commit. One process writes it, others may look. Used by one thread at a time.
class alert_store {
public:
  /// Opens or creates the file and brings its schema up to date.
  /// Errors: as `journal::open`.
  static result<std::unique_ptr<alert_store>> open(const std::string& path);

  /// The file that belongs to the journal at `journal_path`.
  static std::string path_beside(const std::string& journal_path);
  ~alert_store();

  /// Makes the change durable, all of it or nothing. What is there already stays as it is.
  /// Errors: the disk is full or failing; then nothing was written.
  result<void> commit(const alerts::memory_change& change);

  result<alerts::memory> load();

private:
  class file;
  explicit alert_store(std::unique_ptr<file> f);
  std::unique_ptr<file> file_;
};

} // namespace spillway::storage
