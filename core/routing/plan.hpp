#pragma once

#include "core/ids.hpp"
#include "core/rate/fair_queue.hpp"
#include "core/routing/selection.hpp"
#include "core/units.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace spillway::routing {

/// What became of one model that a request might have used.
enum class standing {
  ready,            ///< could serve, but was not needed
  answered,         ///< served the request
  failed,           ///< was called in vain
  no_room,          ///< its rate limits would make the request wait too long
  failing,          ///< kept away from, because it failed too often just now
  key_unusable,     ///< its key does not work or its account has no money
  over_budget,      ///< a budget has no room for it
  refused,          ///< turned away by one of our own bounds: a full queue, a limit it exceeds
  lacks_capability, ///< never asked: it cannot do what the request needs
  context_too_long, ///< never asked: the prompt does not fit
  unknown_price,    ///< never asked: no budget can hold what has no price
  below_quality,    ///< never asked: its answers to such tasks were found worse than was asked for
};

const char* to_string(standing s) noexcept;

/// One model of a plan.
struct considered_model {
  model_id model;
  provider_id provider;
  key_id key; ///< the credential; empty if the model was not asked
  standing now = standing::ready;
  std::string text; ///< why, for people; empty if `now` says all
  token_count input_likely;
  token_count output_max;               ///< the bound on the reply
  std::optional<nano_usd> worst_cost;   ///< what is set aside for a call; absent: not reckoned
  std::optional<nano_usd> likely_cost;  ///< of an ordinary reply; absent: not reckoned, or no price
  std::optional<duration> likely_time;     ///< of a call; absent: none was made
  std::optional<quality_estimate> quality; ///< for the type of task; absent: no scores
  std::optional<rate::wait_forecast> wait; ///< for a permit; absent: not asked
};

/// Every model that a request might use, first the candidates in the order in which they are tried,
/// then those that cannot serve it. Says what would happen (`plan_completion`) or what did
/// (`completion_reply`).
struct plan {
  std::string target; ///< the route or model that was asked for
  std::vector<considered_model> models;
  std::optional<std::size_t> chosen{}; ///< the one that answered or would; absent: none
};

/// Whether a request was brought to a candidate of that standing: it was called, or asked for room
/// in vain.
bool was_tried(standing s) noexcept;

/// One candidate that a request was brought to, and what became of it there.
struct tried_model {
  model_id model;
  standing now = standing::answered;
  friend bool operator==(const tried_model&, const tried_model&) = default;
};

/// The candidates that were tried, in order.
std::vector<tried_model> tried(const plan& p);

/// The plan before anything was tried: one row for each candidate in order, then one for each
/// rejection.
plan make_plan(std::string target, const selection& selected);

} // namespace spillway::routing
