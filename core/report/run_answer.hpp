#pragma once

#include "core/chat.hpp"
#include "core/completion_status.hpp"
#include "core/ids.hpp"
#include "core/report/usage_report.hpp"
#include "core/units.hpp"

#include <optional>
#include <string>
#include <vector>

namespace spillway::report {

/// What came of one prompt, with or without tools, and what it took.
struct run_answer {
  completion_status status = completion_status::answered;
  std::string reason; ///< for people, unless it was answered
  std::string text;   ///< as far as it came
  model_id model;     ///< that answered last
  std::optional<finish_reason> finish{}; ///< absent: no answer
  token_count input;                     ///< over all calls, as the next three
  token_count cached_input;
  token_count output;
  nano_usd cost; ///< calls of unknown end at their maximum
  std::vector<call_record> calls{};       ///< of a single request
  duration waited{};                      ///< for room in limits
  duration elapsed{};
  std::optional<duration> retry_after{};  ///< when a refused request may come again
  std::optional<nano_usd> budget_left{};  ///< of the tightest account
  std::vector<std::string> left_out{};    ///< what was asked for and the model has no word for
  int steps = 0;                          ///< of an agent; 0: a single request
  int tool_calls = 0;
  bool steps_used_up = false; ///< the agent still wanted tools
};

} // namespace spillway::report
