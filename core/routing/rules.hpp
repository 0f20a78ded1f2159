#pragma once

#include "core/bounds.hpp"
#include "core/context/strategy.hpp"
#include "core/routing/fallback.hpp"
#include "core/routing/ranking.hpp"
#include "core/routing/selection.hpp"

#include <memory>
#include <string>
#include <vector>

namespace spillway::routing {

/// What requests are routed by. New rules take the place of all old ones at once.
struct rules {
  std::shared_ptr<const catalog> models;
  std::vector<route> routes;
  std::string default_route;                            ///< for requests that name no target
  duration deadline_default = bounds::deadline_default; ///< for requests that name none
  selection_policy selection;
  worth value{}; ///< of quality and time in money
  fallback_policy fallback{};
  context::strategy context_strategy = context::strategy::fallback; ///< for requests that name none
  bool keeps_answers = false;    ///< of requests that ask for it
  bool keeps_by_default = false; ///< also of requests that do not say
};

} // namespace spillway::routing
