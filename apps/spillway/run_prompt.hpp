#pragma once

#include "core/result.hpp"

#include <string>
#include <vector>

namespace spillway::apps {

/// What a prompt is made of, in this order.
struct prompt_parts {
  std::vector<std::string> words; ///< of the command line, joined by blanks; "-": standard input
  std::vector<std::string> files; ///< whose texts follow, each under its name
};

/// The whole prompt. Without words and files it is standard input.
/// Errors: a file cannot be read; all of it is empty, or longer than
/// `bounds::http_request_body_bytes_max`.
result<std::string> read_prompt(const prompt_parts& parts);

} // namespace spillway::apps
