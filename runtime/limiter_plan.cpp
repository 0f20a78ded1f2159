#include "runtime/limiter_plan.hpp"

#include <algorithm>

namespace spillway::runtime {
namespace {

void take_smaller(std::optional<std::int64_t>& limit, const std::optional<std::int64_t>& other) {
  if (other)
    limit = std::min(limit.value_or(*other), *other);
}

void take_smaller(rate::limits& l, const rate::limits& other) {
  take_smaller(l.requests_per_minute, other.requests_per_minute);
  take_smaller(l.tokens_per_minute, other.tokens_per_minute);
  take_smaller(l.input_tokens_per_minute, other.input_tokens_per_minute);
  take_smaller(l.output_tokens_per_minute, other.output_tokens_per_minute);
  take_smaller(l.requests_per_day, other.requests_per_day);
  take_smaller(l.tokens_per_day, other.tokens_per_day);
  take_smaller(l.concurrent_requests, other.concurrent_requests);
  // A rolling day is never looser than a civil one.
  if (l.day_zone != other.day_zone)
    l.day_zone.clear();
}

} // namespace

limiter_plan plan_limiter(const catalog& models, const model_entry& model, const credential& key) {
  const rate::limits& own = *model.limits_of(key.tier);
  if (model.limit_group.empty())
    return {model.id, key.id, model.id, own, {model.id}, 0};
  limiter_plan plan{{model.limit_group}, {key.id.value + "/" + model.limit_group}, {}, own, {}, 0};
  for (const model_entry& other : models.models()) {
    const rate::limits* limits = other.limits_of(key.tier);
    if (other.provider != model.provider || other.limit_group != model.limit_group || !limits)
      continue;
    take_smaller(plan.limits, *limits);
    if (other.id == model.id)
      plan.lane = plan.lanes.size();
    plan.lanes.push_back(other.id);
  }
  return plan;
}

} // namespace spillway::runtime
