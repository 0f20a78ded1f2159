#pragma once

#include "core/report/run_report.hpp"

#include <string>

namespace spillway::wire {

/// A run's report as one line of JSON: requests, answered, waits, waited_s, fallbacks,
/// rate_limited_429, cost_usd, budget {limit_usd, spent_usd, reserved_usd}, langfuse {delivered,
/// pending, dead}, by_status {status: count}, by_model {model: {calls, answered, failed,
/// rate_limited_429, fell_back_to, fell_back_from, input_tokens, cached_input_tokens,
/// output_tokens, cost_usd}}, elapsed_s. Dollars are exact decimals.
std::string encode_run_report(const report::run_report& r);

} // namespace spillway::wire
