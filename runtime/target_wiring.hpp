#pragma once

#include "actors/provider.hpp"
#include "core/result.hpp"
#include "runtime/limiter_plan.hpp"
#include "runtime/supervision.hpp"
#include "runtime/wiring.hpp"

#include <caf/fwd.hpp>

#include <map>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

namespace spillway::runtime {

/// What every limiter has for neighbours.
struct limiter_surroundings {
  alert_sink_actor alerts;
  journal_actor journal;
  wall_clock wall;
  std::uint64_t seed = 0; ///< of jitter
};

/// Wires every model of a catalog with every key that serves it: one limiter for each model, or
/// group of models, with each key; one provider actor for each key.
///
/// In steps: `prepare`, `plan` while the journal is not yet its actor's alone, `spawn`.
class target_wiring {
public:
  target_wiring(std::shared_ptr<const wiring_options> options,
                std::shared_ptr<const catalog> models)
      : options_{std::move(options)}, models_{std::move(models)} {}

  /// Makes a codec and a client for each key. Errors: an unknown dialect, an unusable CA file.
  result<void> prepare();

  /// Reads what the limiters must still count `now`. Errors: an unusable journal.
  result<void> plan(wall_time now);

  /// In order of the catalog. Requires: prepared and planned; once.
  std::vector<supervised_target> spawn(caf::actor_system& system,
                                       const limiter_surroundings& around);

  /// How a supervisor starts them again. They outlive this, but not `system`.
  decltype(supervisor_options::spawn_limiter)
  limiter_spawner(caf::actor_system& system, limiter_surroundings around) const;
  decltype(supervisor_options::spawn_provider) provider_spawner(caf::actor_system& system) const;

  /// The models that have a key, once for each of theirs. Requires: planned.
  std::vector<model_id> models() const;

private:
  /// One model with one key that serves it.
  struct planned_target {
    model_id model;
    credential key;
    std::int64_t weight = 1;
    limiter_plan plan;
  };
  using limiter_name = std::pair<key_id, model_id>;

  result<void> plan_model(const model_entry& model, wall_time now);
  const config::provider_settings& provider_of(const model_entry& model) const;
  result<limiter_memory> memory_of(const limiter_plan& plan, wall_time now) const;

  std::shared_ptr<const wiring_options> options_;
  std::shared_ptr<const catalog> models_;
  std::unordered_map<key_id, actors::provider_options> speakers_; ///< one for each key
  std::vector<planned_target> planned_;
  std::map<limiter_name, limiter_memory> memories_; ///< taken when their limiters are spawned
};

} // namespace spillway::runtime
