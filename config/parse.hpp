#pragma once

#include "config/document.hpp"
#include "core/result.hpp"

#include <string_view>

namespace spillway::config {

/// Reads TOML 1.0 text. `source` names it in messages: usually the file's path.
/// Errors: not UTF-8, or not TOML; one message with "source:line:column".
result<node> parse_toml(std::string_view text, std::string_view source);

} // namespace spillway::config
