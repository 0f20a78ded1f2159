#include "core/failure.hpp"

namespace spillway {

const char* to_string(failure_kind kind) noexcept {
  switch (kind) {
    case failure_kind::unreachable: return "unreachable";
    case failure_kind::interrupted: return "interrupted";
    case failure_kind::timed_out: return "timed_out";
    case failure_kind::overloaded: return "overloaded";
    case failure_kind::conflict: return "conflict";
    case failure_kind::rate_limited: return "rate_limited";
    case failure_kind::quota_exhausted: return "quota_exhausted";
    case failure_kind::unauthorized: return "unauthorized";
    case failure_kind::model_unavailable: return "model_unavailable";
    case failure_kind::context_too_long: return "context_too_long";
    case failure_kind::content_filtered: return "content_filtered";
    case failure_kind::invalid_request: return "invalid_request";
    case failure_kind::malformed_reply: return "malformed_reply";
    case failure_kind::cancelled: return "cancelled";
  }
  return "?";
}

bool may_have_been_charged(failure_kind kind) noexcept {
  switch (kind) {
    case failure_kind::interrupted:
    case failure_kind::timed_out:
    case failure_kind::malformed_reply:
    case failure_kind::cancelled: return true;
    default: return false;
  }
}

} // namespace spillway
