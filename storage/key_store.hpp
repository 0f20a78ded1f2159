#pragma once

#include "core/access/virtual_key.hpp"
#include "core/result.hpp"

#include <memory>
#include <string>
#include <vector>

namespace spillway::storage {

/// The gateway's virtual keys, in an SQLite file of its own beside the journal. No text of a key is
/// in it. Several processes may change it: each change is one transaction, synced before it is
/// told. Used by one thread at a time.
class key_store {
public:
  /// Opens or creates the file, readable by its owner alone, and brings its schema up to date.
  /// Errors: as `journal::open`.
  static result<std::unique_ptr<key_store>> open(const std::string& path);

  /// The file that belongs to the journal at `journal_path`.
  static std::string path_beside(const std::string& journal_path);
  ~key_store();

  /// Errors: `check_virtual_key`'s; a live key has that name; there are
  /// `bounds::virtual_keys_max` keys; the disk refuses. Then nothing changes, here and below.
  result<void> add(const access::virtual_key& key, wall_time now);

  /// Ends a key. Returns it as it is afterwards; one that was revoked before stays as it was.
  /// Errors: there is none of that id.
  result<access::virtual_key> revoke(const std::string& id, wall_time now);

  /// Gives a live key another salt and digest. Errors: there is no such live key.
  result<access::virtual_key> rotate(const std::string& id, const std::string& salt,
                                     const std::string& digest, wall_time now);

  /// All keys, revoked ones too, in order of creation.
  result<std::vector<access::virtual_key>> load();

  /// True if another connection has changed the file since the last call.
  result<bool> was_changed_elsewhere();

private:
  class file;
  explicit key_store(std::unique_ptr<file> f);
  std::unique_ptr<file> file_;
};

} // namespace spillway::storage
