#pragma once

#include "core/chat.hpp"
#include "core/completion_status.hpp"
#include "messages/completion.hpp"
#include "messages/type_ids.hpp"

#include <string>
#include <vector>

namespace spillway {

/// Command to an agent: work on this task until done.
struct run_agent {
  std::string name;         ///< for people
  std::string instructions; ///< system prompt
  std::string task;
  std::string target;            ///< route or model
  int steps_max = 0;             ///< model calls; zero: `bounds::agent_steps_max`
  token_count output_tokens_max; ///< of each step; zero: the model's own
  duration step_deadline{};      ///< of each step; zero: the default
  call_labels labels;            ///< without a `run`, the trace is the run
};

enum class agent_outcome {
  finished, ///< the model gave a final answer
  step_cap, ///< it still wanted tools when its steps were used up
  stopped,  ///< a step was refused or failed: see `status` and `reason`
};

const char* to_string(agent_outcome outcome) noexcept;

/// The one reply to `run_agent`.
struct agent_reply {
  std::string name;
  agent_outcome outcome = agent_outcome::finished;
  std::string text; ///< the final answer, or the last thing the model said
  completion_status status = completion_status::answered;
  std::string reason;
  int steps = 0;
  int tool_calls = 0;
  nano_usd cost;
};

/// Command to a tool runner: run these calls in order.
struct run_tools {
  std::vector<tool_call> calls;
};

/// Tool turns, one for each call and in its order.
struct tools_reply {
  std::vector<chat_message> observations;
};

} // namespace spillway

SPILLWAY_MESSAGE(spillway::run_agent)
SPILLWAY_MESSAGE(spillway::agent_reply)
SPILLWAY_MESSAGE(spillway::run_tools)
SPILLWAY_MESSAGE(spillway::tools_reply)
