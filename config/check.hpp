#pragma once

#include "config/document.hpp"
#include "config/problems.hpp"

namespace spillway::config {

/// Holds `root` against the grammar of `config/keys.hpp`: unknown and missing keys, wrong types,
/// values out of range, secrets. Each value by itself; `config/validate` compares them.
void check_keys(const node& root, problem_list& problems);

} // namespace spillway::config
