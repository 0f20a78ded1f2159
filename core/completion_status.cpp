#include "core/completion_status.hpp"

namespace spillway {

const char* to_string(completion_status status) noexcept {
  switch (status) {
    case completion_status::answered: return "answered";
    case completion_status::unknown_target: return "unknown_target";
    case completion_status::context_too_long: return "context_too_long";
    case completion_status::over_budget: return "over_budget";
    case completion_status::over_max_cost: return "over_max_cost";
    case completion_status::rate_limited: return "rate_limited";
    case completion_status::overloaded: return "overloaded";
    case completion_status::invalid_request: return "invalid_request";
    case completion_status::content_filtered: return "content_filtered";
    case completion_status::upstream_failed: return "upstream_failed";
    case completion_status::deadline_exceeded: return "deadline_exceeded";
    case completion_status::cancelled: return "cancelled";
    case completion_status::shutting_down: return "shutting_down";
  }
  return "?";
}

} // namespace spillway
