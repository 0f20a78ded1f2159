#pragma once

#include "core/report/run_answer.hpp"

#include <string>

namespace spillway::wire {

/// One line: {"status", "text", "model", "finish_reason", "input_tokens", "cached_input_tokens",
/// "output_tokens", "cost_usd" (an exact decimal), "waited_ms", "elapsed_ms", "calls": [{"model",
/// "failure", "cost_usd"}] (empty if a gateway or an agent made them), "budget_left_usd",
/// "left_out", "retry_after_s", "reason", "steps", "tool_calls", "steps_used_up"}. What is not
/// known is null.
std::string encode_run_answer(const report::run_answer& a);

} // namespace spillway::wire
