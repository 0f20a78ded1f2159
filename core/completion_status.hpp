#pragma once

namespace spillway {

/// How a completion ended for its caller.
enum class completion_status {
  answered,
  unknown_target,    ///< neither a route nor a model
  context_too_long,  ///< fits no candidate
  over_budget,       ///< no candidate's worst case fits the budget
  over_max_cost,     ///< nor what its caller lets the request cost: no wait changes that
  rate_limited,      ///< no candidate has room before the deadline
  overloaded,        ///< a queue of ours is full
  invalid_request,   ///< the provider found the request wrong
  content_filtered,  ///< the provider refused the content
  upstream_failed,   ///< every candidate failed
  deadline_exceeded, ///< a call was cut by the deadline
  cancelled,
  shutting_down,
};

const char* to_string(completion_status status) noexcept;

} // namespace spillway
