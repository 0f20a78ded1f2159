#include "core/routing/key_bench.hpp"

#include "core/bounds.hpp"

#include <algorithm>

namespace spillway::routing {

bool condemns_key(const call_failure& failure) noexcept {
  return (failure.kind == failure_kind::unauthorized && failure.http_status != 403)
         || (failure.kind == failure_kind::quota_exhausted && !failure.refused_by);
}

bool key_bench::sit_out(const key_id& key, const call_failure& failure, mono_time now) {
  const bool fresh = !out_for(key, now);
  const duration cooldown = failure.kind == failure_kind::unauthorized ? bounds::key_refused_for
                                                                       : bounds::key_unpaid_for;
  const mono_time until = now + std::max(cooldown, failure.retry_after.value_or(duration{}));
  place& p = places_[key];
  p = {std::max(p.until, until), failure.kind};
  return fresh;
}

std::optional<duration> key_bench::out_for(const key_id& key, mono_time now) const {
  const auto it = places_.find(key);
  if (it == places_.end() || it->second.until <= now)
    return std::nullopt;
  return it->second.until - now;
}

std::string key_bench::explain(const key_id& key, mono_time now) const {
  const place& p = places_.at(key);
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(p.until - now).count();
  return "its key " + key.value
         + (p.why == failure_kind::unauthorized ? " was refused" : " has no money left")
         + "; it is tried again in " + std::to_string(minutes) + " min";
}

} // namespace spillway::routing
