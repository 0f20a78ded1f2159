#pragma once

#include "core/ids.hpp"
#include "core/rate/admission.hpp"
#include "core/rate/fair_queue.hpp"
#include "core/rate/observed_limits.hpp"
#include "core/routing/breaker.hpp"
#include "messages/type_ids.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace spillway {

/// Which of the models that share a limiter a call is for: an index that the wiring gives out.
using limiter_lane = std::uint32_t;

/// Command to a limiter: take this charge now, or say when it would fit. Answered at once; a call
/// that does not fit holds nothing and has no place in the queue.
struct acquire_permit {
  rate::waiting_call call;
  limiter_lane lane = 0;
  bool is_retry = false; ///< of a call that failed there: needs room in the retry budget too
};

/// Command to a limiter: what would `acquire_permit` say? Takes nothing, whatever the answer.
struct quote_permit {
  rate::waiting_call call;
  limiter_lane lane = 0;
};

/// Command to a limiter: queue this charge until it fits or its deadline passes. Answered then.
struct await_permit {
  rate::waiting_call call;
  limiter_lane lane = 0;
};

enum class permit_verdict {
  granted,    ///< the lease is held until exactly one of `settle_permit`, `release_permit`
  wait,       ///< only to `acquire_permit`: see `forecast`
  never,      ///< larger than the limit itself
  closed,     ///< the model fails: no call goes before `forecast`, queued ones do not either
  no_retry,   ///< only to a retry: too many calls are retries already
  overloaded, ///< only to `await_permit`: the queue is full
  expired,    ///< only to `await_permit`: the deadline passed first
  withdrawn,  ///< only to `await_permit`: `withdraw_permit` came, or the limiter stops
};

const char* to_string(permit_verdict verdict) noexcept;

struct permit_reply {
  permit_verdict verdict = permit_verdict::granted;
  rate::wait_forecast forecast;           ///< with `wait` and `closed`
  std::optional<rate::dimension> binding; ///< the limit in the way, with `wait` and `never`
  /// How far that limit is used now; absent if the queue or a pause is in the way.
  std::optional<rate::dimension_usage> in_the_way{};
};

/// Event to a limiter: the call ended and the provider charged `charged`.
struct settle_permit {
  lease_id lease;
  rate::charge charged;
  mono_time sent_at{};
  mono_time proof_at{};            ///< when the reply's head arrived
  rate::observed_limits observed{}; ///< what its headers said
  limiter_lane lane = 0;
  routing::health target = routing::health::well; ///< ill if the answer broke off
};

/// Event to a limiter: the call ended without a settlement.
struct release_permit {
  lease_id lease;
  rate::lease_end how = rate::lease_end::unknown;
  mono_time sent_at{};                 ///< unless `not_sent`
  std::optional<duration> retry_after{}; ///< the provider asked for a pause
  mono_time proof_at{};                  ///< with `observed`
  rate::observed_limits observed{};     ///< what the refusal's headers said
  std::optional<rate::dimension> refused_by{}; ///< if `rejected` and the provider named the limit
  limiter_lane lane = 0;
  routing::health target = routing::health::unknown; ///< what the end says of the model there
};

/// Event to a limiter: the caller of a waiting `await_permit` no longer wants it.
struct withdraw_permit {
  lease_id lease;
};

/// Command to a limiter: what is used, and who waits?
struct get_limiter_status {};

struct limiter_status {
  model_id model;
  std::vector<rate::dimension_usage> usage;
  std::size_t in_flight = 0;
  std::size_t waiting = 0;
};

} // namespace spillway

SPILLWAY_MESSAGE(spillway::acquire_permit)
SPILLWAY_MESSAGE(spillway::quote_permit)
SPILLWAY_MESSAGE(spillway::await_permit)
SPILLWAY_MESSAGE(spillway::permit_reply)
SPILLWAY_MESSAGE(spillway::settle_permit)
SPILLWAY_MESSAGE(spillway::release_permit)
SPILLWAY_MESSAGE(spillway::withdraw_permit)
SPILLWAY_MESSAGE(spillway::get_limiter_status)
SPILLWAY_MESSAGE(spillway::limiter_status)
