#include "actors/spend_scopes.hpp"

namespace spillway::actors {

std::vector<money::scope_value> spend_scopes(const call_labels& labels, const key_id& key) {
  std::vector<money::scope_value> out{{"key", key.value}};
  if (!labels.key.empty())
    out.push_back({"key", labels.key});
  if (!labels.team.empty())
    out.push_back({"team", labels.team});
  if (!labels.user.empty())
    out.push_back({"user", labels.user});
  if (!labels.session.empty())
    out.push_back({"session", labels.session});
  if (!labels.run.empty())
    out.push_back({"run", labels.run});
  for (const std::string& tag : labels.tags)
    out.push_back({"tag", tag});
  return out;
}

const std::string& tenant_of(const run_completion& request) {
  const call_labels& labels = request.labels;
  if (!labels.key.empty())
    return labels.key;
  return labels.team.empty() ? request.cache_owner : labels.team;
}

} // namespace spillway::actors
