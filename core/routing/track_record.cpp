#include "core/routing/track_record.hpp"

#include "core/bounds.hpp"

#include <algorithm>
#include <cmath>

namespace spillway::routing {
namespace {

constexpr std::int64_t calls_remembered = 10;

} // namespace

void track_record::note_call(const model_id& model, duration took) {
  const auto [it, fresh] = times_.try_emplace(model, took);
  if (!fresh)
    it->second += (took - it->second) / calls_remembered;
}

bool track_record::note_score(const model_id& model, const std::string& task_type, double score) {
  if (std::isnan(score))
    return false;
  const std::pair key{model, task_type};
  if (scores_.count(key) == 0 && scores_.size() >= bounds::scored_pairs_max)
    return false;
  quality_estimate& q = scores_[key];
  ++q.scores;
  q.mean += (std::clamp(score, 0.0, 1.0) - q.mean) / static_cast<double>(q.scores);
  return true;
}

std::optional<duration> track_record::time_of(const model_id& model) const {
  const auto it = times_.find(model);
  return it == times_.end() ? std::nullopt : std::optional{it->second};
}

std::optional<quality_estimate> track_record::quality_of(const model_id& model,
                                                         const std::string& task_type) const {
  const auto it = scores_.find({model, task_type});
  return it == scores_.end() ? std::nullopt : std::optional{it->second};
}

} // namespace spillway::routing
