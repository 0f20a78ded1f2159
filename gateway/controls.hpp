#pragma once

#include "core/result.hpp"
#include "messages/completion.hpp"
#include "wire/http_message.hpp"

#include <string>
#include <utility>
#include <vector>

namespace spillway::gateway {

/// Reads what a caller may say of one request beside its body, into `request`. Each control is a
/// header `x-spillway-<name>` or, for clients that cannot set any, an entry `spillway-<name>` of
/// the body's `metadata`; a header wins.
///
/// | name | meaning |
/// |---|---|
/// | team, user, session, run, trace | labels of budgets and traces |
/// | tags | labels, comma-separated |
/// | deadline-ms | everything has to be over by then |
/// | priority | low, normal or high |
/// | fallback | false: only the first model; true: as ever |
/// | context | for a prompt that is too long: auto, error, fallback, truncate, compress or chunk |
/// | task | the type of task: steers the choice of the model |
/// | max-cost-usd | all its calls together may cost no more; dearer ones are not made |
/// | cache | on: a kept answer to the same request will do; off: none will |
/// | quality | balanced, quality, cost or speed: what matters most in that choice |
///
/// `traceparent` (W3C) names the trace and the span that called.
/// Errors: a control that makes no sense, by its name; a name that is none of these, since a cap or
/// an account that is mistyped must not go unheard.
result<void> read_controls(const wire::http_headers& headers,
                           const std::vector<std::pair<std::string, std::string>>& metadata,
                           run_completion& request);

} // namespace spillway::gateway
