#include "runtime/routing_rules.hpp"

namespace spillway::runtime {

routing::rules routing_rules_of(const config::settings& s) {
  const config::routing_settings& r = s.routing;
  return {.models = std::make_shared<const catalog>(s.models),
          .routes = r.routes,
          .default_route = r.default_route,
          .deadline_default = r.deadline,
          .selection = r.selection,
          .value = r.worth,
          .fallback = r.fallback,
          .context_strategy = r.context_strategy};
}

} // namespace spillway::runtime
