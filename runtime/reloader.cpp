#include "runtime/reloader.hpp"

#include "core/catalog.hpp"
#include "runtime/actor_settings.hpp"
#include "runtime/callable_names.hpp"
#include "runtime/settings_change.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace spillway::runtime {

void reloader_state::start(reloader_actor::pointer self, reloader_options options) {
  self_ = self;
  options_ = std::move(options);
}

reload_report reloader_state::on_reload_configuration() {
  auto read = options_.read();
  if (!read)
    return {read.failure().message, {}, {}, {}, {}};
  settings_change change = compare_settings(options_.current, *read);
  config::settings fresh = usable_settings(options_.current, std::move(*read));
  const std::string& standard = fresh.routing.default_route;
  if (std::ranges::count(fresh.routing.routes, standard, &routing::route::name) == 0)
    return {"the default route `" + standard
                + "` has only models that are new; they are called after a restart",
            {}, {}, {}, {}};
  if (change.routing)
    self_->send(options_.router, replace_routing{routing_rules_of(fresh)});
  if (change.limits)
    self_->send(options_.supervisor,
                replace_models{std::make_shared<const catalog>(fresh.models)});
  if (change.keeping)
    self_->send(options_.answers, replace_keeping{keeping_policy_of(fresh.cache)});
  if (change.budgets)
    self_->send(options_.budget,
                replace_budget_rules{rule_origin::configuration, fresh.budget.rules});
  // What waits for a restart goes on to be told as such.
  options_.current.models = std::move(fresh.models);
  options_.current.routing = std::move(fresh.routing);
  // Of the gateway all holds at once or, if it would need another socket, nothing.
  if (std::ranges::count(change.applied, "gateway") != 0)
    options_.current.gateway = std::move(fresh.gateway);
  options_.current.cache = fresh.cache;
  options_.current.budget.rules = std::move(fresh.budget.rules);
  return {{}, std::move(change.applied), std::move(change.after_restart),
          std::move(fresh.warnings),
          callable_names(options_.current, options_.wired,
                         options_.wall(self_->clock().now()))};
}

reloader_actor::behavior_type reloader(reloader_actor::stateful_pointer<reloader_state> self,
                                       reloader_options options) {
  self->state.start(self, std::move(options));
  return {[self](reload_configuration) { return self->state.on_reload_configuration(); }};
}

} // namespace spillway::runtime
