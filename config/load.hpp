#pragma once

#include "config/schema.hpp"
#include "core/result.hpp"

#include <string>
#include <string_view>

namespace spillway::config {

/// The settings of the file at `path`, laid over the defaults that come with the program: a file
/// need only say what differs. Reads no environment: `read_environment` of config/secrets.hpp
/// completes the settings.
/// Errors: the file cannot be read, is a directory, or is above `bounds::config_file_bytes_max`;
/// it is not TOML; or all that is wrong with its keys (up to `problem_list::shown_max`), a line
/// each: "file:line:column: key `models.gpt-4o.context`: what is wrong; allowed: ...".
result<settings> load_file(const std::string& path);

/// Likewise for `text`; `source` names it in messages. Relative names of files (catalogs, the
/// journal, certificates) start from the current directory, for a file from its own.
result<settings> load_text(std::string_view text, std::string_view source);

} // namespace spillway::config
