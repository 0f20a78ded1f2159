#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::agents {

/// A regular file below a confined folder.
struct confined_file {
  std::string path; ///< relative to the root, '/' between names
  std::uint64_t bytes = 0;
  friend bool operator==(const confined_file&, const confined_file&) = default;
};

/// The files found by a walk, ordered by path.
struct confined_listing {
  std::vector<confined_file> files;
  bool complete = true; ///< false: cut by `bounds::tool_walk_entries_max` or `tool_walk_depth_max`
};

/// A folder and what lies in it, with no way out: what a model may read of a file system.
///
/// Paths are relative to the root. Refused are absolute paths, "..", NUL bytes, names that begin
/// with a dot (".git", ".env": history and credentials), symbolic links wherever they lead, and
/// whatever is not a regular file or folder (a FIFO would block, a device may do anything). Each
/// name is opened relative to its opened parent and never through a link, so that exchanging a
/// folder for a link between check and use gains nothing.
///
/// Copies share the opened root. Blocks on the disk. Safe to use from several threads.
class confined_folder {
public:
  /// The root itself may be reached through links. Errors: no such folder, or no right to open it.
  static result<confined_folder> open(const std::filesystem::path& root);

  /// The whole of one file. Errors: a refused path, no such file, larger than
  /// `bounds::tool_file_bytes_max`.
  result<std::string> read(std::string_view path) const;

  /// The files below `path`, or the one file it names; "" and "." are the root. Skips what `read`
  /// refuses, names with control characters, and folders that builds and package managers fill.
  /// Errors: a refused path, no such file or folder.
  result<confined_listing> list(std::string_view path) const;

private:
  class descriptor;
  class walker;

  explicit confined_folder(std::shared_ptr<const descriptor> root) : root_{std::move(root)} {}

  result<descriptor> open_parent(const std::vector<std::string>& names,
                                 std::string_view path) const;

  std::shared_ptr<const descriptor> root_;
};

} // namespace spillway::agents
