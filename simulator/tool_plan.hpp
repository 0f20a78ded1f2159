#pragma once

#include "core/chat.hpp"
#include "simulator/chance.hpp"
#include "simulator/findings.hpp"

#include <vector>

namespace spillway::simulator {

/// How eagerly the scripted model uses tools.
struct tool_habits {
  int rounds_max = 6;     ///< turns with tool calls before it must answer
  int files_read_min = 2; ///< files it reads for one question, drawn by question
  int files_read_max = 4;
  int parallel_max = 3; ///< calls in one turn, unless the request forbids parallel calls
};

/// The calls a sensible model would make next: list, read some of what was listed, search for
/// something seen there, ask each other tool once. Arguments come from the question and from
/// earlier results, and fit the tools' schemas. Empty when it has seen enough, so that an answer
/// follows; never empty for tool choice "required" or "named" with tools to call. Ids are not set.
std::vector<tool_call> plan_tool_calls(const chat_request& request, const findings& found,
                                       const tool_habits& habits, std::uint64_t seed);

} // namespace spillway::simulator
