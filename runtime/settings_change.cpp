#include "runtime/settings_change.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace spillway::runtime {
namespace {

auto parts_of(const config::key_settings& k) {
  return std::tie(k.name, k.env, k.weight, k.tier);
}

auto parts_of(const config::upstream_timeouts& t) {
  return std::tie(t.connect, t.first_byte, t.idle, t.total);
}

auto parts_of(const config::langfuse_settings& l) {
  return std::tie(l.enabled, l.url, l.public_key_env, l.secret_key_env, l.environment, l.release,
                  l.flush_at, l.flush_interval, l.spool_mib_max, l.capture_input,
                  l.capture_output);
}

/// What a gateway that runs can change.
auto parts_of(const config::gateway_settings& g) {
  return std::tie(g.keys_env, g.key_required, g.admin_key_env, g.tls_cert, g.tls_key,
                  g.access_log);
}

auto parts_of(const config::cache_settings& c) {
  return std::tie(c.by_default, c.keep_for, c.mib_max, c.shared);
}

auto parts_of(const config::alert_target_settings& t) {
  return std::tie(t.name, t.kind, t.url, t.url_env, t.secret_env, t.routing_key_env, t.least,
                  t.allow_private, t.ca_file);
}

template <class T>
bool same(const T& a, const T& b) {
  return parts_of(a) == parts_of(b);
}

template <class T>
bool same_rows(const std::vector<T>& a, const std::vector<T>& b) {
  return std::ranges::equal(a, b, [](const T& x, const T& y) { return same(x, y); });
}

bool same_provider(const config::provider_settings& a, const config::provider_settings& b) {
  return std::tie(a.id, a.dialect, a.url, a.ca_file, a.tier, a.connections_max)
             == std::tie(b.id, b.dialect, b.url, b.ca_file, b.tier, b.connections_max)
         && same(a.timeouts, b.timeouts) && same_rows(a.keys, b.keys);
}

/// What a model is called by and costs: all but what its limiter and provider have.
bool same_model(const model_entry& a, const model_entry& b) {
  return std::tie(a.context_max, a.output_max, a.charged_as, a.pricing, a.use_cases, a.can,
                  a.input_max, a.aliases, a.life)
         == std::tie(b.context_max, b.output_max, b.charged_as, b.pricing, b.use_cases, b.can,
                     b.input_max, b.aliases, b.life);
}

bool same_limits(const model_entry& a, const model_entry& b) {
  return a.limits == b.limits && a.any_tier == b.any_tier
         && std::ranges::equal(a.tiers, b.tiers, {}, &tier_limits::limits, &tier_limits::limits);
}

/// Whose limits hold for the keys that there are.
std::vector<std::string> tiers_in_use(const config::settings& s, const provider_id& id) {
  std::vector<std::string> tiers;
  for (const config::provider_settings& p : s.providers)
    for (const config::key_settings& k : p.keys)
      if (p.id == id)
        tiers.push_back(k.tier.empty() ? p.tier : k.tier);
  return tiers;
}

/// Whether the same actors serve `now`, a model of `before`: whatever its limits, each key that
/// could call it still can, in the same days.
bool same_service(const config::settings& before, const model_entry& old, const model_entry& now) {
  const auto offered_alike = [&](const std::string& tier) {
    const rate::limits* const had = old.limits_of(tier);
    const rate::limits* const has = now.limits_of(tier);
    return had == nullptr ? has == nullptr : has != nullptr && has->day_zone == had->day_zone;
  };
  return std::tie(old.provider, old.upstream_name, old.limit_group)
             == std::tie(now.provider, now.upstream_name, now.limit_group)
         && std::ranges::all_of(tiers_in_use(before, old.provider), offered_alike);
}

const model_entry* find(const config::settings& s, const model_id& id) {
  const auto it = std::ranges::find(s.models, id, &model_entry::id);
  return it == s.models.end() ? nullptr : &*it;
}

bool same_route(const routing::route& a, const routing::route& b) {
  return a.name == b.name && a.models == b.models;
}

bool same_choice(const config::routing_settings& a, const config::routing_settings& b) {
  return a.default_route == b.default_route && a.deadline == b.deadline
         && a.context_strategy == b.context_strategy
         && a.fallback.wait_max == b.fallback.wait_max
         && a.fallback.retry_content_filtered == b.fallback.retry_content_filtered
         && a.selection.output_default == b.selection.output_default
         && a.selection.refuse_unknown_price == b.selection.refuse_unknown_price
         && a.selection.unpriced_allowed == b.selection.unpriced_allowed
         && a.worth.answer == b.worth.answer && a.worth.second == b.worth.second;
}

/// Adds `key` to `where` once if something differs.
void note(bool differs, const char* key, std::vector<std::string>& where) {
  if (differs && std::ranges::find(where, key) == where.end())
    where.emplace_back(key);
}

void compare_models(const config::settings& before, const config::settings& now,
                    settings_change& out) {
  for (const model_entry& m : now.models) {
    const model_entry* old = find(before, m.id);
    if (old == nullptr) {
      note(true, "models (new ones)", out.after_restart);
      continue;
    }
    note(!same_model(*old, m), "models", out.applied);
    const bool served_alike = same_service(before, *old, m);
    note(!served_alike, "models (providers, names, groups, tiers)", out.after_restart);
    note(served_alike && !same_limits(*old, m), "models (limits)", out.applied);
    out.limits = out.limits || (served_alike && !same_limits(*old, m));
  }
  for (const model_entry& m : before.models)
    note(find(now, m.id) == nullptr, "models", out.applied);
}

bool same_socket(const config::gateway_settings& a, const config::gateway_settings& b) {
  return a.listen == b.listen && a.tls_cert.empty() == b.tls_cert.empty();
}

bool same_alerts(const config::alert_settings& a, const config::alert_settings& b) {
  return a.source == b.source && a.budget_levels == b.budget_levels
         && same_rows(a.targets, b.targets);
}

} // namespace

settings_change compare_settings(const config::settings& before, const config::settings& now) {
  settings_change out;
  compare_models(before, now, out);
  note(!std::ranges::equal(before.routing.routes, now.routing.routes, same_route), "routes",
         out.applied);
  note(!same_choice(before.routing, now.routing), "routing", out.applied);
  out.keeping = !same(before.cache, now.cache);
  note(out.keeping, "cache", out.applied);
  out.routing = !out.applied.empty();
  out.budgets = before.budget.rules != now.budget.rules;
  note(out.budgets, "budget.rules", out.applied);
  note(same_socket(before.gateway, now.gateway) && !same(before.gateway, now.gateway), "gateway",
       out.applied);
  const auto later = [&](bool differs, const char* key) {
    note(differs, key, out.after_restart);
  };
  later(!std::ranges::equal(before.providers, now.providers, same_provider), "providers");
  later(before.budget.zone != now.budget.zone, "budget.zone");
  later(before.runtime.io_threads != now.runtime.io_threads
            || before.runtime.drain != now.runtime.drain,
        "runtime");
  later(before.level != now.level, "log.level");
  later(!same(before.langfuse, now.langfuse), "langfuse");
  later(before.journal.path != now.journal.path || before.journal.keep != now.journal.keep,
        "journal");
  later(!same_socket(before.gateway, now.gateway), "gateway (listen, TLS on or off)");
  later(!same_alerts(before.alerts, now.alerts), "alerts");
  std::ranges::sort(out.after_restart);
  return out;
}

config::settings usable_settings(const config::settings& before, config::settings now) {
  std::erase_if(now.models, [&](const model_entry& m) { return find(before, m.id) == nullptr; });
  for (model_entry& m : now.models) {
    const model_entry& old = *find(before, m.id);
    if (same_service(before, old, m))
      continue;
    m.provider = old.provider;
    m.upstream_name = old.upstream_name;
    m.limits = old.limits;
    m.limit_group = old.limit_group;
    m.tiers = old.tiers;
    m.any_tier = old.any_tier;
  }
  for (routing::route& r : now.routing.routes)
    std::erase_if(r.models, [&](const model_id& id) { return find(now, id) == nullptr; });
  std::erase_if(now.routing.routes, [](const routing::route& r) { return r.models.empty(); });
  return now;
}

} // namespace spillway::runtime
