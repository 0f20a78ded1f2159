#pragma once

#include "core/context/fit.hpp"
#include "core/instant.hpp"
#include "core/routing/key_bench.hpp"
#include "core/routing/key_rotation.hpp"
#include "core/routing/rules.hpp"
#include "core/routing/track_record.hpp"
#include "core/tokens/prompt_counter.hpp"
#include "messages/private_handles.hpp"

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace spillway::actors {

/// For each model of a catalog one target for each key that may call it.
using target_table = std::unordered_map<model_id, std::vector<call_target>>;

/// What is to become of a request: its candidates, or how it is turned away at the door.
struct planned_request {
  std::optional<completion_reply> refused;
  routing::selection selected;
  std::vector<call_target> targets; ///< side by side with the candidates
  routing::plan plan;
  context::note prompt;
  std::optional<context::chunk_plan> chunks; ///< set: it is asked in parts
};

/// Decides where requests may go: by the rules, by what is known of the models, by turns among the
/// keys that are of use. Keeps what calls and callers teach about that.
///
/// Owned by the router. Not thread-safe.
class request_planner {
public:
  request_planner() = default;
  request_planner(routing::rules rules, target_table targets);

  /// Plans that were made keep the catalog they were made from.
  void replace_rules(routing::rules rules);
  /// Requires: there are targets of this model.
  void replace_target(const model_id& model, const call_target& target);

  const routing::rules& rules() const noexcept { return rules_; }

  /// Fills in what `m` does not say: its deadline, its target.
  void complete(run_completion& m) const;

  /// What `target` stands for; null: it is the name of no route and no model's own.
  const routing::route* find_route(const std::string& target) const;

  /// Plans `m`, completing it, and shortens its prompt as it or the rules say.
  planned_request plan(run_completion& m, instant now);

  /// What calls teach: how long an answer took, what a prompt counts, which key is of no use.
  void note_answer(const report::call_record& call);
  void learn(const model_id& model, const chat_request& chat, const chat_reply& reply);
  /// True if the key was in use until now.
  bool bench_key(const key_id& key, const call_failure& failure, mono_time now);
  /// What a caller says of an answer. Of models that the catalog lacks nothing is kept.
  void note_score(const record_feedback& m);

  std::vector<tokens::calibration_row> calibrations() const { return counter_.calibrations(); }

private:
  std::string route_for(const call_labels& labels) const;
  void fit_prompt(run_completion& m, const routing::route& preference, wall_time now,
                  planned_request& p);
  void select(const run_completion& m, const routing::route& wanted, wall_time now,
              planned_request& p);
  void spread_over_keys(planned_request& p, mono_time now);
  completion_reply unknown_target(const run_completion& m) const;

  routing::rules rules_;
  target_table targets_;
  std::unordered_map<std::string, routing::route> routes_; ///< and one for each single model
  std::unordered_map<model_id, routing::key_rotation> rotations_;
  routing::key_bench bench_;
  routing::track_record record_;
  tokens::prompt_counter counter_;
};

} // namespace spillway::actors
