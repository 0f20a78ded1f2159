#include "runtime/target_wiring.hpp"

#include "actors/limiter.hpp"
#include "core/assert.hpp"
#include "core/bounds.hpp"
#include "providers/registry.hpp"
#include "storage/journal.hpp"
#include "storage/retention.hpp"

#include <caf/actor_system.hpp>

#include <algorithm>

namespace spillway::runtime {
namespace {

/// A limiter that starts again without memory keeps silent until every minute window has aged out.
constexpr duration silence_without_memory = std::chrono::seconds{61};
/// Calls that may still fill a minute's window: one may have been sent as late as its deadline.
constexpr duration minute_memory = bounds::deadline_max + std::chrono::minutes{2};

transport::http_endpoint endpoint_of(const config::base_url& url) {
  return {url.tls, url.host, url.port};
}

transport::http_timeouts timeouts_of(const config::upstream_timeouts& t) {
  return {t.connect, t.first_byte, t.idle, t.total};
}

duration memory_for(const rate::limits& l) {
  return l.requests_per_day || l.tokens_per_day ? storage::window_memory : minute_memory;
}

limiter_actor spawn_limiter(caf::actor_system& system, const limiter_surroundings& around,
                            const limiter_plan& plan, limiter_memory memory) {
  actors::limiter_options l;
  l.model = plan.name;
  l.limits = plan.limits;
  l.lanes = plan.lanes;
  l.seed = around.seed;
  l.wall = around.wall;
  l.restored = std::move(memory.leases);
  l.lessons = std::move(memory.lessons);
  l.quiet_for = memory.complete ? duration{} : silence_without_memory;
  l.alerts = around.alerts;
  l.journal = around.journal;
  l.key = plan.key;
  l.journal_model = plan.journal_model;
  return system.spawn(actors::limiter, std::move(l));
}

} // namespace

result<void> target_wiring::prepare() {
  const auto& keys = options_->secrets.api_keys;
  for (const config::provider_settings& p : options_->settings.providers) {
    const auto fault = [&p](const error& e) {
      return error{"provider '" + p.id.value + "': " + e.message};
    };
    auto http = options_->make_http({p.ca_file, p.connections_max});
    if (!http)
      return fault(http.failure());
    for (const config::key_settings& k : p.keys) {
      const auto key = keys.find(k.id(p.id));
      auto codec = providers::make_codec(p.dialect, p.url.path,
                                         key == keys.end() ? secret{} : key->second);
      if (!codec)
        return fault(codec.failure());
      speakers_.emplace(k.id(p.id),
                        actors::provider_options{p.id, *codec, *http, endpoint_of(p.url),
                                                 timeouts_of(p.timeouts), options_->wall});
    }
  }
  return {};
}

// -- plan -----------------------------------------------------------------------------------------

result<void> target_wiring::plan(wall_time now) {
  for (const model_entry& model : models_->models())
    if (is_called(model.can.kind))
      if (auto planned = plan_model(model, now); !planned)
        return planned;
  return {};
}

result<void> target_wiring::plan_model(const model_entry& model, wall_time now) {
  const config::provider_settings& p = provider_of(model);
  for (const config::key_settings& k : p.keys) {
    const credential key{k.id(p.id), k.tier.empty() ? p.tier : k.tier};
    if (model.limits_of(key.tier) == nullptr)
      continue;
    planned_target target{model.id, key, k.weight, plan_limiter(*models_, model, key)};
    const limiter_name name{target.plan.key, target.plan.name};
    if (memories_.count(name) == 0) {
      auto memory = memory_of(target.plan, now);
      if (!memory)
        return memory.failure();
      memories_.emplace(name, std::move(*memory));
    }
    planned_.push_back(std::move(target));
  }
  return {};
}

const config::provider_settings& target_wiring::provider_of(const model_entry& model) const {
  const auto& all = options_->settings.providers;
  const auto it = std::ranges::find(all, model.provider, &config::provider_settings::id);
  SPILLWAY_ASSERT(it != all.end());
  return *it;
}

result<limiter_memory> target_wiring::memory_of(const limiter_plan& plan,
                                                wall_time now) const {
  limiter_memory memory{{}, {}, true};
  if (!options_->journal)
    return memory;
  auto rows = options_->journal->leases_since(plan.key, plan.journal_model,
                                              now - memory_for(plan.limits), now);
  if (!rows)
    return rows.failure();
  auto lessons = options_->journal->lessons_of(plan.key, plan.journal_model);
  if (!lessons)
    return lessons.failure();
  memory.leases = std::move(*rows);
  memory.lessons = std::move(*lessons);
  return memory;
}

// -- spawn ----------------------------------------------------------------------------------------

std::vector<supervised_target> target_wiring::spawn(caf::actor_system& system,
                                                    const limiter_surroundings& around) {
  std::unordered_map<key_id, provider_actor> speakers;
  for (const auto& [id, options] : speakers_)
    speakers.emplace(id, system.spawn(actors::provider, options));
  std::map<limiter_name, limiter_actor> limiters;
  std::vector<supervised_target> out;
  for (const planned_target& t : planned_) {
    const limiter_name name{t.plan.key, t.plan.name};
    limiter_actor& limiter = limiters[name];
    if (!limiter)
      limiter = spawn_limiter(system, around, t.plan, std::move(memories_.at(name)));
    out.push_back({t.model,
                   t.key.id,
                   {t.plan.key, limiter, speakers.at(t.key.id),
                    static_cast<limiter_lane>(t.plan.lane), t.key.id, t.weight},
                   t.plan.journal_model,
                   t.key.tier});
  }
  return out;
}

decltype(supervisor_options::spawn_limiter)
target_wiring::limiter_spawner(caf::actor_system& system, limiter_surroundings around) const {
  return [&system, around = std::move(around)](const supervised_target& t, const catalog& models,
                                               limiter_memory memory) {
    const limiter_plan plan = plan_limiter(models, *models.find(t.model), {t.credential, t.tier});
    return spawn_limiter(system, around, plan, std::move(memory));
  };
}

decltype(supervisor_options::spawn_provider)
target_wiring::provider_spawner(caf::actor_system& system) const {
  return [&system, speakers = speakers_](const key_id& credential) {
    return provider_actor{system.spawn(actors::provider, speakers.at(credential))};
  };
}

std::vector<model_id> target_wiring::models() const {
  std::vector<model_id> out;
  for (const planned_target& t : planned_)
    out.push_back(t.model);
  return out;
}

} // namespace spillway::runtime
