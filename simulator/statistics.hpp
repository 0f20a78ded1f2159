#pragma once

#include "core/rate/limits.hpp"
#include "core/units.hpp"
#include "simulator/fault_plan.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace spillway::simulator {

/// What one model has seen.
struct model_statistics {
  std::uint64_t requests = 0;                       ///< well-formed ones, whatever became of them
  std::uint64_t answered = 0;                       ///< with a completion, or vectors
  std::uint64_t streamed = 0;                       ///< those of them that were streamed
  std::uint64_t abandoned = 0;                      ///< streams whose reader left before their end
  std::uint64_t too_long = 0;                       ///< prompts that did not fit its context
  std::map<rate::dimension, std::uint64_t> refused; ///< 429s by the limit that refused
  std::map<fault_kind, std::uint64_t> faults;       ///< injected ones
  std::int64_t most_requests_in_minute = 0;         ///< largest use its windows ever had
  std::int64_t most_tokens_in_minute = 0;
  std::int64_t most_input_in_minute = 0;
  std::int64_t most_output_in_minute = 0;
  std::int64_t in_flight_most = 0;
  token_count input; ///< of the completions written, truncated ones included
  token_count output;
};

/// What a simulated provider has seen.
struct provider_statistics {
  std::map<std::string, model_statistics> models;
  std::uint64_t unauthorized = 0;
  std::uint64_t malformed = 0; ///< bodies it could not read
  std::uint64_t not_found = 0; ///< unknown routes and models

  /// 429s its limits caused, over all models; injected ones are not among them.
  std::uint64_t refused_by_limits() const noexcept;
};

} // namespace spillway::simulator
