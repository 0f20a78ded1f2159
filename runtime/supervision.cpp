#include "runtime/supervision.hpp"

#include "core/bounds.hpp"
#include "runtime/limiter_plan.hpp"

#include <caf/send.hpp>

#include <algorithm>

namespace spillway::runtime {
namespace {

/// Calls older than this fill no window of a minute; days are counted from the journal's day rows.
constexpr duration memory_span = std::chrono::hours{25};

} // namespace

void supervisor_state::start(supervisor_actor::pointer self, supervisor_options options) {
  self_ = self;
  options_ = std::move(options);
  self_->monitor(options_.budget);
  if (options_.journal)
    self_->monitor(options_.journal);
  std::vector<provider_actor> seen;
  std::vector<limiter_actor> limiters;
  for (const supervised_target& t : options_.targets) {
    if (std::ranges::count(limiters, t.target.limiter) == 0) {
      self_->monitor(t.target.limiter);
      limiters.push_back(t.target.limiter);
    }
    if (std::ranges::count(seen, t.target.provider) == 0) {
      self_->monitor(t.target.provider);
      seen.push_back(t.target.provider);
    }
  }
}

void supervisor_state::on_down(const caf::down_msg& m) {
  if (m.reason == caf::exit_reason::user_shutdown)
    return;
  if (m.source == options_.budget.address())
    return give_up("budget", "the budget stopped: " + caf::to_string(m.reason));
  if (options_.journal && m.source == options_.journal.address())
    return give_up("journal", "the journal stopped: " + caf::to_string(m.reason));
  for (std::size_t i = 0; i < options_.targets.size(); ++i) {
    const supervised_target& t = options_.targets[i];
    if (t.target.limiter.address() == m.source) {
      if (may_restart("limiter of " + t.model.value, m.reason))
        restart_limiter(i);
      return;
    }
    if (t.target.provider.address() == m.source) {
      if (may_restart("provider " + t.credential.value, m.reason))
        restart_provider(key_id{t.credential});
      return;
    }
  }
}

bool supervisor_state::may_restart(const std::string& role, const caf::error& why) {
  const mono_time now = self_->clock().now();
  std::deque<mono_time>& times = restarts_[role];
  while (!times.empty() && times.front() + bounds::restart_window <= now)
    times.pop_front();
  times.push_back(now);
  if (times.size() > static_cast<std::size_t>(bounds::restarts_max)) {
    give_up(role, role + " stopped more than " + std::to_string(bounds::restarts_max)
                      + " times within a minute, last because of " + caf::to_string(why));
    return false;
  }
  self_->send(options_.alerts,
              raise_alert{alert_severity::warning, "actor_restarted", role,
                          "it stopped (" + caf::to_string(why) + ") and was started again"});
  return true;
}

void supervisor_state::give_up(const std::string& role, const std::string& reason) {
  self_->send(options_.alerts,
              raise_alert{alert_severity::critical, "runtime_stopped", role, reason});
  caf::anon_send(options_.router, drain_requests{});
  options_.on_give_up(reason);
}

void supervisor_state::restart_limiter(std::size_t index) {
  if (!options_.journal)
    return replace_limiter(index, {});
  const supervised_target& t = options_.targets[index];
  const wall_time now = options_.wall(self_->clock().now());
  self_
      ->request(options_.journal, caf::infinite,
                load_leases{t.target.key, t.journal_model, now - memory_span, now})
      .then(
          [this, index](leases_reply& m) {
            replace_limiter(index, {std::move(m.leases), std::move(m.lessons), m.complete});
          },
          [this, index](const caf::error&) { replace_limiter(index, {}); });
}

void supervisor_state::replace_limiter(std::size_t index, limiter_memory memory) {
  const limiter_actor dead = options_.targets[index].target.limiter;
  const limiter_actor fresh =
      options_.spawn_limiter(options_.targets[index], *options_.models, std::move(memory));
  self_->monitor(fresh);
  // Models of one group share it.
  for (std::size_t i = 0; i < options_.targets.size(); ++i) {
    if (options_.targets[i].target.limiter != dead)
      continue;
    options_.targets[i].target.limiter = fresh;
    announce(i);
  }
}

/// Who shares a limiter stays as it was wired; only numbers change.
void supervisor_state::on_replace_models(const replace_models& m) {
  std::vector<model_entry> wired = options_.models->models();
  for (model_entry& model : wired)
    if (const model_entry* const now = m.models->find(model.id)) {
      model.limits = now->limits;
      model.tiers = now->tiers;
      model.any_tier = now->any_tier;
    }
  options_.models = std::make_shared<const catalog>(std::move(wired));
  std::vector<limiter_actor> told;
  for (const supervised_target& t : options_.targets) {
    if (std::ranges::count(told, t.target.limiter) != 0)
      continue;
    told.push_back(t.target.limiter);
    const limiter_plan plan =
        plan_limiter(*options_.models, *options_.models->find(t.model), {t.credential, t.tier});
    self_->send(caf::actor_cast<limiter_self>(t.target.limiter), replace_limits{plan.limits});
  }
}

void supervisor_state::restart_provider(const key_id& credential) {
  const provider_actor fresh = options_.spawn_provider(credential);
  self_->monitor(fresh);
  for (std::size_t i = 0; i < options_.targets.size(); ++i) {
    if (options_.targets[i].credential != credential)
      continue;
    options_.targets[i].target.provider = fresh;
    announce(i);
  }
}

void supervisor_state::announce(std::size_t index) {
  const supervised_target& t = options_.targets[index];
  self_->send(options_.router, replace_target{t.model, t.target});
}

void supervisor_state::on_stop() {
  // Those that were started again are known to nobody else.
  for (const supervised_target& t : options_.targets) {
    self_->send_exit(t.target.limiter, caf::exit_reason::user_shutdown);
    self_->send_exit(t.target.provider, caf::exit_reason::user_shutdown);
  }
  options_ = {};
}

supervisor_actor::behavior_type
supervisor(supervisor_actor::stateful_pointer<supervisor_state> self, supervisor_options options) {
  self->state.start(self, std::move(options));
  self->set_down_handler([self](caf::down_msg& m) { self->state.on_down(m); });
  self->set_exit_handler([self](caf::exit_msg& m) {
    self->state.on_stop();
    self->quit(std::move(m.reason));
  });
  return {[self](const replace_models& m) { self->state.on_replace_models(m); }};
}

} // namespace spillway::runtime
