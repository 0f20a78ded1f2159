#include "apps/spillway/run_prompt.hpp"

#include "apps/spillway/text_input.hpp"
#include "core/bounds.hpp"

#include <unistd.h>

#include <cstdio>
#include <string_view>

namespace spillway::apps {
namespace {

error too_long() {
  return error{"the prompt is longer than "
               + std::to_string(bounds::http_request_body_bytes_max / (1024 * 1024))
               + " MiB; no model takes that"};
}

/// Appends the text of a file, or of standard input for "-".
result<void> append_file(std::string& prompt, const std::string& path) {
  if (path == "-" && ::isatty(STDIN_FILENO) != 0)
    std::fprintf(stderr, "Type the prompt; end it with Ctrl-D.\n");
  return read_to_end(path, [&](std::string_view bytes) -> result<void> {
    if (prompt.size() + bytes.size() > bounds::http_request_body_bytes_max)
      return too_long();
    prompt += bytes;
    return {};
  });
}

} // namespace

result<std::string> read_prompt(const prompt_parts& parts) {
  std::string prompt;
  for (const std::string& word : parts.words) {
    if (!prompt.empty())
      prompt += word == "-" ? "\n\n" : " ";
    if (word != "-")
      prompt += word;
    else if (auto read = append_file(prompt, "-"); !read)
      return read.failure();
  }
  for (const std::string& file : parts.files) {
    prompt += (prompt.empty() ? "" : "\n\n") + ("--- " + file + " ---\n");
    if (auto read = append_file(prompt, file); !read)
      return read.failure();
  }
  if (parts.words.empty() && parts.files.empty())
    if (auto read = append_file(prompt, "-"); !read)
      return read.failure();
  if (prompt.size() > bounds::http_request_body_bytes_max)
    return too_long();
  if (prompt.find_first_not_of(" \t\r\n") == std::string::npos)
    return error{"there is no prompt: write it behind `spillway run`, or send it to standard "
                 "input"};
  return prompt;
}

} // namespace spillway::apps
