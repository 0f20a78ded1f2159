#pragma once

#include "core/answers/kept_answers.hpp"
#include "core/call_record.hpp"
#include "core/instant.hpp"
#include "core/model_answer.hpp"
#include "core/report/generation.hpp"
#include "core/routing/selection.hpp"
#include "messages/completion.hpp"
#include "messages/provider_call.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace spillway::actors {

/// Everything that is known of a call once it has ended. Refers to its parts.
struct finished_call {
  const run_completion& request;
  const routing::candidate& candidate;
  lease_id lease;
  std::uint64_t attempt = 1;
  const provider_reply& reply;
  model_answer answer; ///< none if it failed
  const call_failure* failure = nullptr;    ///< null if it answered
  money::call_cost cost;
  nano_usd held; ///< of a failed call whose outcome is unknown
  model_id fallback_from;
  duration waited{};
  const context::note& prompt;
};

/// The trace of a call. `now` ties the call's monotonic times to civil time.
std::shared_ptr<const report::generation> make_generation(const finished_call& call, instant now);

/// The trace of a call whose run died before it ended, found at `now`: an error that cost nothing
/// as far as anybody knows.
std::shared_ptr<const report::generation>
make_lost_generation(const call_intent& call, const provider_id& provider, wall_time now);

/// The trace of an answer that was kept, which took no call and cost nothing.
std::shared_ptr<const report::generation>
make_kept_generation(const run_completion& request, const answers::kept_answer& given,
                     std::uint64_t seed, wall_time now);

/// Attempts of one request are numbered within its id: unique without a shared counter. Zero is
/// that of an answer that was kept.
lease_id lease_of(request_id request, std::uint64_t attempt);

/// The call of `lease` as its provider is told of it, under the trace of `labels`. W3C's, version
/// 00; the call's span is that of its generation.
std::string traceparent_of(const call_labels& labels, lease_id lease, bool sampled);

/// 32 lower-case hex digits, the same for the same request of the same runtime.
std::string new_trace_id(std::uint64_t seed, request_id request);

} // namespace spillway::actors
