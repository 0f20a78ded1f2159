#pragma once

#include "agents/confined_folder.hpp"
#include "agents/tool.hpp"

#include <vector>

namespace spillway::agents {

/// Read-only tools over one folder, for an agent that studies a project:
/// - list_files(path?, pattern?): paths and sizes, ordered by path;
/// - read_file(path, first_line?, last_line?): numbered lines of one text file;
/// - search_files(text, path?): "path:line: text" of each line that holds the text, case-sensitive.
/// Binary files (a NUL in their first 8 KiB) are not read and not searched.
std::vector<tool> make_file_tools(const confined_folder& root);

} // namespace spillway::agents
