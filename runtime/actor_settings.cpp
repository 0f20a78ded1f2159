#include "runtime/actor_settings.hpp"

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
          .context_strategy = r.context_strategy,
          .keeps_answers = s.cache.mib_max > 0,
          .keeps_by_default = s.cache.by_default};
}

answers::keeping_policy keeping_policy_of(const config::cache_settings& c) {
  constexpr std::size_t mib = 1024 * 1024;
  return {c.mib_max * mib, c.keep_for, c.shared};
}

} // namespace spillway::runtime
