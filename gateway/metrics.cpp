#include "gateway/metrics.hpp"

#include "wire/prometheus.hpp"

#include <chrono>
#include <cstdio>
#include <utility>

namespace spillway::gateway {
namespace {

using text = wire::prometheus_text;
using kind = wire::prometheus_text::kind;

std::string number(std::uint64_t n) {
  return std::to_string(n);
}

std::string seconds(duration d) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(d).count();
  std::string fraction = std::to_string(us % 1'000'000);
  fraction.insert(0, 6 - fraction.size(), '0');
  return std::to_string(us / 1'000'000) + "." + fraction;
}

void write_requests(text& out, const router_status& r) {
  out.family("spillway_requests_total", kind::counter, "Requests answered, by outcome.");
  for (const auto& [status, count] : r.usage.by_status)
    out.sample({{"status", to_string(status)}}, number(count));
  out.family("spillway_requests_in_flight", kind::gauge, "Requests accepted and not answered.");
  out.sample({}, number(r.in_flight));
  out.family("spillway_fallbacks_total", kind::counter,
             "Requests answered by another model than the preferred one.");
  out.sample({}, number(r.usage.fallbacks));
  out.family("spillway_long_prompts_total", kind::counter,
             "Requests whose prompt was too long for the first model, by what was done.");
  for (const auto& [what, count] : r.usage.long_prompts)
    out.sample({{"outcome", context::to_string(what)}}, number(count));
  out.family("spillway_permit_waits_total", kind::counter, "Requests that waited for a permit.");
  out.sample({}, number(r.usage.waits));
  out.family("spillway_permit_wait_seconds_total", kind::counter, "Time waited for permits.");
  out.sample({}, seconds(r.usage.waited));
}

void write_models(text& out, const report::usage_report& u) {
  out.family("spillway_upstream_calls_total", kind::counter, "Calls made, by model and outcome.");
  for (const auto& [model, totals] : u.by_model) {
    const auto& id = model.value;
    out.sample({{"model", id}, {"outcome", "answered"}}, number(totals.answered));
    out.sample({{"model", id}, {"outcome", "failed"}}, number(totals.failed));
  }
  out.family("spillway_upstream_429_total", kind::counter, "Calls that the provider refused.");
  for (const auto& [model, totals] : u.by_model)
    out.sample({{"model", model.value}}, number(totals.rate_limited));
  out.family("spillway_tokens_total", kind::counter, "Tokens used, by model and direction.");
  for (const auto& [model, totals] : u.by_model) {
    const auto& id = model.value;
    out.sample({{"model", id}, {"direction", "input"}}, std::to_string(totals.input.value()));
    out.sample({{"model", id}, {"direction", "output"}}, std::to_string(totals.output.value()));
  }
  out.family("spillway_cost_usd_total", kind::counter, "Money spent, by model.");
  for (const auto& [model, totals] : u.by_model)
    out.sample({{"model", model.value}}, to_decimal_usd(totals.cost));
}

/// OpenTelemetry's name for what `spillway_tokens_total` counts. Means alone: nobody keeps buckets.
/// Source: https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/ (2026-11), in
/// Prometheus' spelling.
void write_token_usage(text& out, const report::usage_report& u) {
  out.family("gen_ai_client_token_usage", kind::summary, "Tokens of a call, by model and type.");
  for (const auto& [model, totals] : u.by_model)
    for (const auto& [type, tokens] :
         {std::pair{"input", totals.input}, std::pair{"output", totals.output}}) {
      const text::labels of{{"gen_ai_operation_name", "chat"},
                            {"gen_ai_request_model", model.value},
                            {"gen_ai_token_type", type}};
      out.sample(of, std::to_string(tokens.value()), "_sum");
      out.sample(of, number(totals.answered), "_count");
    }
}

std::string ratio(double r) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.6f", r);
  return digits;
}

void write_calibrations(text& out, const std::vector<tokens::calibration_row>& rows) {
  out.family("spillway_prompt_estimate_error", kind::gauge,
             "Mean relative error of prompt token estimates, of late.");
  for (const tokens::calibration_row& row : rows)
    out.sample({{"model", row.model.value}}, ratio(row.deviation));
  out.family("spillway_prompt_estimate_drift", kind::gauge,
             "The provider's prompt token count over our uncorrected one, of late.");
  for (const tokens::calibration_row& row : rows)
    out.sample({{"model", row.model.value}}, ratio(row.drift));
  out.family("spillway_prompt_estimate_samples_total", kind::counter,
             "Provider counts that estimates have been corrected by.");
  for (const tokens::calibration_row& row : rows)
    out.sample({{"model", row.model.value}}, number(row.samples));
}

void write_limiters(text& out, const std::vector<limiter_status>& limiters) {
  out.family("spillway_limit_used", kind::gauge, "Use of each rate limit now.");
  for (const limiter_status& l : limiters)
    for (const rate::dimension_usage& u : l.usage)
      out.sample({{"model", l.model.value}, {"limit", to_string(u.which)}}, std::to_string(u.used));
  out.family("spillway_limit", kind::gauge, "Each rate limit in force.");
  for (const limiter_status& l : limiters)
    for (const rate::dimension_usage& u : l.usage)
      out.sample({{"model", l.model.value}, {"limit", to_string(u.which)}},
                 std::to_string(u.limit));
  out.family("spillway_limit_foreign_use", kind::gauge,
             "Use of each rate limit by others of the same key, as its replies tell.");
  for (const limiter_status& l : limiters)
    for (const rate::dimension_usage& u : l.usage)
      if (u.foreign > 0)
        out.sample({{"model", l.model.value}, {"limit", to_string(u.which)}},
                   std::to_string(u.foreign));
  out.family("spillway_limit_exhausted_in_seconds", kind::gauge,
             "When each rate limit is used up if use goes on as lately; none if it is not.");
  for (const limiter_status& l : limiters)
    for (const rate::dimension_usage& u : l.usage)
      if (u.exhausted_in)
        out.sample({{"model", l.model.value}, {"limit", to_string(u.which)}},
                   seconds(*u.exhausted_in));
  out.family("spillway_calls_in_flight", kind::gauge, "Calls that hold a permit.");
  for (const limiter_status& l : limiters)
    out.sample({{"model", l.model.value}}, number(l.in_flight));
  out.family("spillway_calls_waiting", kind::gauge, "Calls that wait for a permit.");
  for (const limiter_status& l : limiters)
    out.sample({{"model", l.model.value}}, number(l.waiting));
}

void write_budget(text& out, const budget_status& b) {
  const auto family = [&](std::string_view name, std::string_view help, auto amount) {
    out.family(name, kind::gauge, help);
    for (const money::account_status& a : b.accounts)
      out.sample({{"account", a.account}}, to_decimal_usd(a.*amount));
  };
  using money::account_status;
  family("spillway_budget_limit_usd", "Limit of each budget account.", &account_status::limit);
  family("spillway_budget_spent_usd", "Spent in the account's period.", &account_status::spent);
  family("spillway_budget_reserved_usd", "Set aside for calls in flight.",
         &account_status::reserved);
}

void write_traces(text& out, const trace_status& t) {
  out.family("spillway_traces_total", kind::counter, "Generations for Langfuse, by fate.");
  out.sample({{"fate", "delivered"}}, number(t.delivered));
  out.sample({{"fate", "dead"}}, number(t.dead));
  out.family("spillway_traces_pending", kind::gauge, "Generations not acknowledged yet.");
  out.sample({}, number(t.pending));
}

} // namespace

std::string encode_metrics(const metrics& m) {
  text out;
  write_requests(out, m.router);
  write_models(out, m.router.usage);
  write_token_usage(out, m.router.usage);
  write_calibrations(out, m.router.calibrations);
  write_limiters(out, m.limiters);
  write_budget(out, m.budget);
  write_traces(out, m.traces);
  return out.take();
}

} // namespace spillway::gateway
