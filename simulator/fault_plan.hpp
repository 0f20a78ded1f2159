#pragma once

#include "core/units.hpp"
#include "simulator/chance.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace spillway::simulator {

/// What can go wrong at a provider.
enum class fault_kind {
  rate_limited,     ///< 429 that no window of ours explains
  quota_exhausted,  ///< 429 insufficient_quota: money
  server_error,     ///< 500
  overloaded,       ///< 503
  unauthorized,     ///< 401
  model_not_found,  ///< 404
  context_too_long, ///< 400 context_length_exceeded
  error_in_ok,      ///< 200 whose body is an error
  truncated_body,   ///< 200 whose JSON, or stream, stops half-way
  error_in_stream,  ///< 200 whose stream ends in an error half-way; unstreamed: `error_in_ok`
  stalled_stream,   ///< 200 whose stream falls silent half-way; unstreamed: `stall`
  stall,            ///< the request is read and never answered
  reset,            ///< the connection is reset instead of an answer
  garbage,          ///< bytes that are not HTTP
};

const char* to_string(fault_kind kind) noexcept;

/// True if the provider did the work, so that the request counts against its windows although the
/// client got nothing useful.
bool counts_as_served(fault_kind kind) noexcept;

/// When one fault strikes. It needs both: the request's number within the range, and the chance.
struct fault_rule {
  fault_kind kind = fault_kind::server_error;
  std::string model; ///< empty: any model
  /// Numbers, from 1, among the requests this rule's model gets; `last` zero is "and ever after".
  std::uint64_t first = 1;
  std::uint64_t last = 0;
  double probability = 1.0;
  std::optional<duration> retry_after; ///< sent with a 429 or 503
};

/// Decides request by request which fault strikes, if any: the first rule that applies. The same
/// seed and order of requests give the same faults. Not thread-safe.
class fault_plan {
public:
  /// Requires: probabilities in [0, 1], first >= 1, last zero or >= first.
  fault_plan(std::vector<fault_rule> rules, std::uint64_t seed);

  /// Counts one request for `model`. The result points into the plan; null for no fault.
  const fault_rule* next(const std::string& model);

private:
  struct counted_rule {
    fault_rule rule;
    std::uint64_t seen = 0;
  };
  bool strikes(counted_rule& r);

  std::vector<counted_rule> rules_;
  chance chance_;
};

} // namespace spillway::simulator
