#pragma once

#include "core/rate/limits.hpp"
#include "core/units.hpp"

#include <optional>
#include <string>

namespace spillway {

/// What went wrong with one upstream call, in no vendor's words. Decided in `providers/failure`
/// alone; what to do about each kind is decided in `core/routing/fallback` alone.
enum class failure_kind {
  unreachable,       ///< DNS, connect or TLS failed: the request never left
  interrupted,       ///< reset, garbage or a truncated body after the request was sent
  timed_out,         ///< no first byte, or silence, within its bound after the request was sent
  overloaded,        ///< 408, 425, 500, 502, 503, 504, 529 and their like
  conflict,          ///< 409: a lock held upstream
  rate_limited,      ///< 429 of a window that opens again soon
  quota_exhausted,   ///< money or a daily quota is gone: waiting minutes does not help
  unauthorized,      ///< 401, 403: this credential does not work
  model_unavailable, ///< 404: no such model, or none for this account
  context_too_long,  ///< the prompt does not fit this model
  content_filtered,  ///< refused on its content
  invalid_request,   ///< the caller's or our translator's fault
  malformed_reply,   ///< the vendor answered success with something unreadable
  cancelled,         ///< our caller went away
};

const char* to_string(failure_kind kind) noexcept;

/// True if the vendor may have begun work (and so may bill): the reservation must be kept at its
/// maximum until it ages out. False if it certainly has not, or said itself that it refused.
bool may_have_been_charged(failure_kind kind) noexcept;

/// One upstream failure.
struct call_failure {
  failure_kind kind = failure_kind::unreachable;
  int http_status = 0;                 ///< 0 if no status line arrived
  std::string message;                 ///< for people: vendor text, cut and stripped of credentials
  std::optional<duration> retry_after; ///< how long the vendor asks us to wait
  /// The limit that refused, with `rate_limited` and `quota_exhausted`, if the vendor named it.
  std::optional<rate::dimension> refused_by = std::nullopt;
};

} // namespace spillway
