#pragma once

#include "core/chat.hpp"
#include "core/completion_status.hpp"
#include "core/context/strategy.hpp"
#include "core/failure.hpp"
#include "core/ids.hpp"
#include "core/report/histogram.hpp"
#include "core/units.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace spillway::report {

/// One upstream call, as the report counts it.
struct call_record {
  model_id model;
  std::optional<failure_kind> failure; ///< none: it answered
  token_usage usage;
  nano_usd cost; ///< or, if the outcome is unknown, what is held for it
  duration took{}; ///< from the call to its end
  duration first_words{}; ///< from the call to the first words of a streamed reply; zero: none
  provider_id provider{};
  bool embeds = false;
};

/// One request and its calls in order.
struct request_record {
  completion_status status = completion_status::answered;
  std::vector<call_record> calls;
  model_id preferred; ///< the first candidate; empty if the request had none
  model_id answered_by;
  duration waited{}; ///< for room, and in pauses
  context::outcome prompt = context::outcome::as_it_is;
};

/// What one model did.
struct model_totals {
  std::uint64_t calls = 0;
  std::uint64_t answered = 0;
  std::uint64_t failed = 0;
  std::uint64_t rate_limited = 0;   ///< refused by the provider with 429
  std::uint64_t fell_back_to = 0;   ///< answered a request that preferred another model
  std::uint64_t fell_back_from = 0; ///< was preferred, but another model answered
  token_count input;
  token_count cached_input;
  token_count output;
  nano_usd cost;
};

/// Calls that are alike to who watches them.
struct operation {
  model_id model;
  provider_id provider;
  bool embeds = false;
  std::optional<failure_kind> failure; ///< none: they were answered
  friend auto operator<=>(const operation&, const operation&) = default;
};

/// How they went. Durations in nanoseconds; tokens of those that were answered.
struct operation_totals {
  operation_totals();
  histogram took;
  histogram first_words; ///< of streamed replies
  histogram input;
  histogram output;
};

/// What a runtime has done since it started. A value; owned by the router.
struct usage_report {
  std::uint64_t requests = 0;
  std::uint64_t answered = 0;
  std::uint64_t waits = 0;     ///< requests that stood in a limiter's queue
  std::uint64_t fallbacks = 0; ///< answered by another model than the preferred one
  std::uint64_t rate_limited = 0;
  duration waited{};
  nano_usd cost;
  std::map<completion_status, std::uint64_t> by_status;
  /// Requests whose prompt was too long for their first model, by what was done.
  std::map<context::outcome, std::uint64_t> long_prompts;
  std::map<model_id, model_totals> by_model;
  std::map<operation, operation_totals> by_operation;

  void record(const request_record& r);
};

} // namespace spillway::report
