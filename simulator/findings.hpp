#pragma once

#include "core/chat.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::simulator {

/// A file that a reading tool returned.
struct file_finding {
  std::string path;
  std::size_t lines = 0;
  std::vector<std::string> notes; ///< its lines with TODO, FIXME, NOTE, HACK
  std::vector<std::string> names; ///< identifiers worth searching for, in order of appearance
};

/// What a searching tool returned.
struct search_finding {
  std::string text;
  std::vector<std::string> matches; ///< lines of the result that name a file and hold the text
};

/// The answer of a tool whose purpose is unknown.
struct other_finding {
  std::string tool;
  std::string result;
};

/// What the tools have told since the last question, as far as it can be read out of their texts.
struct findings {
  std::string question;           ///< the text of the last user turn
  int tool_rounds = 0;            ///< assistant turns with tool calls since
  std::vector<tool_call> calls;   ///< made since, with or without success
  std::vector<std::string> paths; ///< files the listings name
  std::vector<file_finding> files;
  std::vector<search_finding> searches;
  std::vector<other_finding> others;
  std::vector<std::string> failures; ///< results that report an error
};

findings gather_findings(const chat_request& request);

/// Tokens of a text that look like files: "core/units.hpp", "README.md". Each once, in order.
std::vector<std::string> paths_in(std::string_view text);

/// The words of a text in order: letters, digits and underscores, each once.
std::vector<std::string> words_in(std::string_view text);

/// Lines without their ends, the empty ones dropped.
std::vector<std::string> lines_in(std::string_view text);

} // namespace spillway::simulator
