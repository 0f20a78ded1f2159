#pragma once

#include "core/routing/selection.hpp"
#include "core/routing/track_record.hpp"

#include <optional>
#include <string>

namespace spillway::routing {

/// What matters most to a request.
enum class preference { balanced, quality, cost, speed };

const char* to_string(preference p) noexcept;

/// What a request says about the choice of its model.
struct wish {
  std::string task_type; ///< "code_review", "simple_query" ...; empty: not said
  preference prefer = preference::balanced;
  std::optional<double> quality_floor{}; ///< scores below it, from 0 to 1, rule a model out
};

/// What quality and time are worth, so that they can be compared with money.
struct worth {
  nano_usd answer{50'000'000}; ///< a perfect answer over a useless one: $0.05
  nano_usd second{1'000'000};  ///< of waiting: $0.001
};

/// Puts the candidates of `s` into the order that `w` asks for, and takes out those whose scores are
/// known to be below its floor. Says of each what is known: quality, time.
///
/// Models that list the type of task among their use cases come first. Within them: for `cost` the
/// cheapest first; for `speed` the fastest known first; for `quality` the best scored first; for
/// `balanced` by what they are worth: quality x worth of an answer - likely cost - likely time x
/// worth of a second. Scores count only once every candidate has `bounds::scores_needed` of them
/// for the type of task; until then quality is the order of the route, which stays.
void rank(selection& s, const wish& w, const track_record& known, const worth& value);

} // namespace spillway::routing
