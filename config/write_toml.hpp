#pragma once

#include "config/document.hpp"

#include <string>

namespace spillway::config {

/// `root` as TOML that `parse_toml` reads back as the same: a section for each table of a table
/// ([models."gpt-4.1"]), everything below it on one line each.
/// Requires: no `unsupported` value.
std::string write_toml(const node& root);

} // namespace spillway::config
