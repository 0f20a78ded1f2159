#include "config/build.hpp"

#include "config/build_model.hpp"
#include "config/values.hpp"
#include "config/withdraw.hpp"
#include "core/assert.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace spillway::config {

namespace {

// Each takes over what the document says and leaves `out` alone where it says nothing.

void take(const node* n, std::string& out) {
  if (const auto* text = n ? n->as<std::string>() : nullptr)
    out = *text;
}

void take(const node* n, std::size_t& out) {
  if (const auto* value = n ? n->as<std::int64_t>() : nullptr)
    out = static_cast<std::size_t>(*value);
}

void take(const node* n, std::int64_t& out) {
  if (const auto* value = n ? n->as<std::int64_t>() : nullptr)
    out = *value;
}

void take(const node* n, bool& out) {
  if (const auto* value = n ? n->as<bool>() : nullptr)
    out = *value;
}

void take(const node* n, duration& out) {
  if (n)
    out = read_duration(text_of(n)).value();
}

void take(const node* n, listen_address& out) {
  if (n)
    out = read_listen_address(text_of(n)).value();
}

void take(const node* n, base_url& out) {
  if (n)
    out = read_base_url(text_of(n)).value();
}

void take(const node* n, activation& out) {
  if (!n)
    return;
  const auto* value = n->as<bool>();
  out = !value ? activation::automatic : *value ? activation::on : activation::off;
}

template <class Enum, std::size_t N>
void take(const node* n, const std::array<Enum, N>& values, Enum& out) {
  for (const Enum value : values)
    if (text_of(n) == to_string(value))
      out = value;
}

double number_of(const node& n) {
  const auto* whole = n.as<std::int64_t>();
  return whole ? static_cast<double>(*whole) : *n.as<double>();
}

void take(const node* n, nano_usd& out) {
  constexpr std::int64_t usd_max = bounds::budget_nano_usd_max / nano_usd_per_usd;
  if (n)
    out = nano_usd{read_usd(number_of(*n), usd_max).value()};
}

constexpr std::array levels{log_level::trace,   log_level::debug, log_level::info,
                            log_level::warning, log_level::error, log_level::off};
constexpr std::array periods{money::period::day, money::period::week, money::period::month,
                             money::period::total};
constexpr std::array policies{money::exhausted_policy::cheaper, money::exhausted_policy::wait,
                              money::exhausted_policy::refuse};
constexpr std::array strategies{context::strategy::automatic, context::strategy::error,
                                context::strategy::fallback,  context::strategy::truncate,
                                context::strategy::compress,  context::strategy::chunk};

key_settings build_key(const node& n) {
  key_settings out;
  take(find(n, "env"), out.name);
  out.env = {out.name};
  take(find(n, "name"), out.name);
  take(find(n, "tier"), out.tier);
  if (const node* weight = find(n, "weight"))
    out.weight = *weight->as<std::int64_t>();
  return out;
}

std::vector<key_settings> build_keys(const node& provider) {
  std::vector<key_settings> out;
  for (const node& key : items_of(find(provider, "keys")))
    out.push_back(build_key(key));
  if (out.empty()) {
    out.emplace_back();
    out.back().env = texts_of(find(provider, "api_key_env"));
  }
  return out;
}

constexpr std::array target_kinds{alert_target_kind::webhook, alert_target_kind::slack,
                                  alert_target_kind::pagerduty, alert_target_kind::langfuse};
constexpr std::array severities{alert_severity::notice, alert_severity::warning,
                                alert_severity::critical};

provider_settings build_provider(const member& from) {
  const node& n = from.value;
  provider_settings out;
  out.id = {from.key};
  take(find(n, "enabled"), out.enabled);
  take(find(n, "dialect"), out.dialect);
  take(find(n, "base_url"), out.url);
  out.keys = build_keys(n);
  take(find(n, "ca_file"), out.ca_file);
  take(find(n, "tier"), out.tier);
  take(find(n, "connections_max"), out.connections_max);
  take(find(n, {"timeouts", "connect"}), out.timeouts.connect);
  take(find(n, {"timeouts", "first_byte"}), out.timeouts.first_byte);
  take(find(n, {"timeouts", "idle"}), out.timeouts.idle);
  take(find(n, {"timeouts", "total"}), out.timeouts.total);
  return out;
}

routing_settings build_routing(const node& root, route_table routes) {
  routing_settings out;
  out.routes = std::move(routes.all);
  out.built_in = std::move(routes.built_in);
  take(find(root, {"routing", "default_route"}), out.default_route);
  take(find(root, {"routing", "wait_max"}), out.fallback.wait_max);
  take(find(root, {"routing", "retry_content_filtered"}), out.fallback.retry_content_filtered);
  take(find(root, {"routing", "context_strategy"}), strategies, out.context_strategy);
  take(find(root, {"routing", "deadline"}), out.deadline);
  if (const node* bound = find(root, {"routing", "output_default"}))
    out.selection.output_default = token_count{*bound->as<std::int64_t>()};
  take(find(root, {"routing", "answer_worth_usd"}), out.worth.answer);
  take(find(root, {"routing", "second_worth_usd"}), out.worth.second);
  out.selection.refuse_unknown_price = text_of(find(root, {"budget", "unknown_price"})) != "allow";
  for (std::string& id : texts_of(find(root, {"budget", "unpriced_allowed"})))
    out.selection.unpriced_allowed.push_back({std::move(id)});
  return out;
}

money::budget_rule build_rule(const node& n) {
  money::budget_rule out;
  take(find(n, "scope"), out.scope);
  take(find(n, "name"), out.name);
  take(find(n, "period"), periods, out.per);
  take(find(n, "on_exhausted"), policies, out.on_exhausted);
  take(find(n, "limit_usd"), out.limit);
  return out;
}

budget_settings build_budget(const node& root) {
  budget_settings out;
  take(find(root, {"budget", "zone"}), out.zone);
  for (const node& rule : items_of(find(root, {"budget", "rules"})))
    out.rules.push_back(build_rule(rule));
  return out;
}

langfuse_settings build_langfuse(const node* n) {
  langfuse_settings out;
  if (!n)
    return out;
  take(find(*n, "enabled"), out.enabled);
  take(find(*n, "base_url"), out.url);
  take(find(*n, "public_key_env"), out.public_key_env);
  take(find(*n, "secret_key_env"), out.secret_key_env);
  take(find(*n, "environment"), out.environment);
  take(find(*n, "release"), out.release);
  take(find(*n, "flush_at"), out.flush_at);
  take(find(*n, "flush_interval"), out.flush_interval);
  take(find(*n, "spool_mib_max"), out.spool_mib_max);
  take(find(*n, "capture_input"), out.capture_input);
  take(find(*n, "capture_output"), out.capture_output);
  return out;
}

alert_target_settings build_alert_target(const member& from) {
  const node& n = from.value;
  alert_target_settings out;
  out.name = from.key;
  take(find(n, "kind"), target_kinds, out.kind);
  if (const node* url = find(n, "url"))
    out.url = read_target_url(text_of(url)).value();
  if (out.kind == alert_target_kind::slack && out.url.host.empty())
    out.url_env = "SLACK_WEBHOOK_URL";
  if (out.kind == alert_target_kind::pagerduty) {
    out.routing_key_env = "PAGERDUTY_ROUTING_KEY";
    if (out.url.host.empty())
      out.url = {true, "events.pagerduty.com", 443, "/v2/enqueue"};
  }
  take(find(n, "url_env"), out.url_env);
  take(find(n, "secret_env"), out.secret_env);
  take(find(n, "routing_key_env"), out.routing_key_env);
  take(find(n, "least"), severities, out.least);
  take(find(n, "allow_private"), out.allow_private);
  take(find(n, "ca_file"), out.ca_file);
  return out;
}

alerts::rule_engine::options build_alert_rules(const node& n) {
  alerts::rule_engine::options out;
  if (const node* share = find(n, "error_rate"))
    out.health.error_share = number_of(*share);
  take(find(n, "error_calls_min"), out.health.calls_min);
  take(find(n, "rate_limited_max"), out.health.rejections);
  take(find(n, "wait_p95"), out.health.wait_p95);
  take(find(n, "budget_forecast"), out.forecasts);
  take(find(n, "hourly_spend_usd"), out.hourly_spend_max);
  take(find(n, "spend_anomaly"), out.anomalies);
  take(find(n, "spend_anomaly_floor_usd"), out.anomaly.floor);
  take(find(n, "trace_lag"), out.trace_lag);
  take(find(n, "calm"), out.notices.calm);
  take(find(n, "again_after"), out.notices.again_after);
  std::int64_t per_hour = out.notices.per_hour_max;
  take(find(n, "notices_per_hour"), per_hour);
  out.notices.per_hour_max = static_cast<int>(per_hour);
  return out;
}

alert_settings build_alerts(const node* n) {
  alert_settings out;
  if (!n)
    return out;
  out.rules = build_alert_rules(*n);
  take(find(*n, "source"), out.source);
  if (const node* percents = find(*n, "budget_levels")) {
    out.budget_levels.clear();
    for (const node& level : items_of(percents))
      out.budget_levels.push_back(static_cast<int>(*level.as<std::int64_t>()));
  }
  for (const member& target : members_of(find(*n, "targets")))
    out.targets.push_back(build_alert_target(target));
  return out;
}

/// Why a model cannot be used; empty if it can.
std::string reason_against(const node& model, const provider_settings& provider) {
  bool enabled = true;
  take(find(model, "enabled"), enabled);
  if (!enabled)
    return "is disabled";
  if (provider.url.host.empty())
    return "belongs to provider `" + provider.id.value + "`, which has no `base_url`";
  if (provider.enabled == activation::off)
    return "belongs to provider `" + provider.id.value + "`, which is disabled";
  const bool offered = std::ranges::any_of(provider.keys, [&](const key_settings& k) {
    return is_offered(model, k.tier.empty() ? provider.tier : k.tier);
  });
  if (!offered)
    return "is not offered to tier `" + provider.tier + "` of `" + provider.id.value
           + "`; give it `limits` if your account has it";
  return {};
}

/// Adds every model of the document to `s`, and why some must go again to `reasons`.
void build_models(const node& root, settings& s, withdrawal_reasons& reasons) {
  for (const member& model : members_of(find(root, "models"))) {
    const std::string_view name = text_of(find(model.value, "provider"));
    const auto provider =
        std::find_if(s.providers.begin(), s.providers.end(),
                     [&](const provider_settings& p) { return p.id.value == name; });
    SPILLWAY_ASSERT(provider != s.providers.end());
    s.models.push_back(build_model(model, *provider));
    if (std::string why = reason_against(model.value, *provider); !why.empty())
      reasons.emplace(s.models.back().id, std::move(why));
  }
}

} // namespace

result<settings> build_settings(const node& root, route_table routes) {
  settings out;
  take(find(root, {"runtime", "io_threads"}), out.runtime.io_threads);
  take(find(root, {"runtime", "drain"}), out.runtime.drain);
  take(find(root, {"log", "level"}), levels, out.level);
  take(find(root, {"journal", "path"}), out.journal.path);
  take(find(root, {"journal", "keep"}), out.journal.keep);
  for (const member& provider : members_of(find(root, "providers")))
    out.providers.push_back(build_provider(provider));
  out.routing = build_routing(root, std::move(routes));
  out.budget = build_budget(root);
  out.langfuse = build_langfuse(find(root, "langfuse"));
  out.alerts = build_alerts(find(root, "alerts"));
  take(find(root, {"gateway", "listen"}), out.gateway.listen);
  out.gateway.keys_env = texts_of(find(root, {"gateway", "keys_env"}));
  take(find(root, {"gateway", "key_required"}), out.gateway.key_required);
  take(find(root, {"gateway", "admin_key_env"}), out.gateway.admin_key_env);
  take(find(root, {"gateway", "tls_cert"}), out.gateway.tls_cert);
  take(find(root, {"gateway", "tls_key"}), out.gateway.tls_key);
  take(find(root, {"gateway", "access_log"}), out.gateway.access_log);
  out.cache.by_default = text_of(find(root, {"cache", "default"})) == "on";
  take(find(root, {"cache", "keep_for"}), out.cache.keep_for);
  take(find(root, {"cache", "mib_max"}), out.cache.mib_max);
  take(find(root, {"cache", "shared"}), out.cache.shared);

  withdrawal_reasons reasons;
  build_models(root, out, reasons);
  std::erase_if(out.providers, [](const provider_settings& p) {
    return p.enabled == activation::off || p.url.host.empty();
  });
  if (auto done = withdraw(out, reasons); !done)
    return done.failure();
  return out;
}

} // namespace spillway::config
