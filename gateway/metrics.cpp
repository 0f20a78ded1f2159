#include "gateway/metrics.hpp"

#include "wire/prometheus.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <string_view>
#include <utility>

namespace spillway::gateway {
namespace {

using text = wire::prometheus_text;
using kind = wire::prometheus_text::kind;

std::string number(std::uint64_t n) {
  return std::to_string(n);
}

/// As Prometheus' own clients write it: "0.02", "2.5", "3.0".
std::string seconds(duration d) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(d).count();
  std::string fraction = std::to_string(us % 1'000'000);
  fraction.insert(0, 6 - fraction.size(), '0');
  fraction.erase(std::max<std::size_t>(fraction.find_last_not_of('0') + 1, 1));
  return std::to_string(us / 1'000'000) + "." + fraction;
}

/// What the conventions call the vendors that we know under other names; any other name is its own.
std::string_view provider_name(const provider_id& id) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> known{
      {{"azure", "azure.ai.openai"},
       {"gemini", "gcp.gemini"},
       {"mistral", "mistral_ai"},
       {"moonshot", "moonshot_ai"},
       {"xai", "x_ai"}}};
  const auto it = std::ranges::find(known, std::string_view{id.value},
                                    &std::pair<std::string_view, std::string_view>::first);
  return it == known.end() ? std::string_view{id.value} : it->second;
}

/// The router hears nothing of the requests that kept answers were given to.
void write_requests(text& out, const router_status& r, std::uint64_t kept_given) {
  out.family("spillway_requests_total", kind::counter, "Requests answered, by outcome.");
  auto by_status = r.usage.by_status;
  by_status[completion_status::answered] += kept_given;
  for (const auto& [status, count] : by_status)
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
  out.family("spillway_permit_waits_total", kind::counter,
             "Requests that waited for room or in a pause.");
  out.sample({}, number(r.usage.waits));
  out.family("spillway_permit_wait_seconds_total", kind::counter,
             "Time waited for room and in pauses.");
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

/// One series of a histogram; `unit` is how many of its values make one of the metric.
void write_series(text& out, const text::labels& of, const report::histogram& h,
                  std::int64_t unit) {
  const auto in_units = [unit](std::int64_t value) {
    return unit == 1 ? std::to_string(value) : seconds(duration{value});
  };
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < h.counts().size(); ++i) {
    below += h.counts()[i];
    const std::string bound = i < h.bounds().size() ? in_units(h.bounds()[i]) : "+Inf";
    text::labels bucket = of;
    bucket.emplace_back("le", bound);
    out.sample(bucket, number(below), "_bucket");
  }
  out.sample(of, in_units(h.sum()), "_sum");
  out.sample(of, number(h.count()), "_count");
}

text::labels labels_of(const report::operation& o) {
  text::labels of{{"gen_ai_operation_name", o.embeds ? "embeddings" : "chat"},
                  {"gen_ai_provider_name", provider_name(o.provider)},
                  {"gen_ai_request_model", o.model.value}};
  if (o.failure)
    of.emplace_back("error_type", to_string(*o.failure));
  return of;
}

/// OpenTelemetry's names and values, in Prometheus' spelling.
/// Source: open-telemetry/semantic-conventions-genai, docs/gen-ai/gen-ai-metrics.md (2026-11-26).
void write_operations(text& out, const report::usage_report& u) {
  constexpr std::int64_t nanos = 1'000'000'000;
  out.family("gen_ai_client_operation_duration_seconds", kind::histogram,
             "How long calls took, from being made to their end.");
  for (const auto& [o, totals] : u.by_operation)
    write_series(out, labels_of(o), totals.took, nanos);
  out.family("gen_ai_client_token_usage", kind::histogram, "Tokens of a call, by type.");
  for (const auto& [o, totals] : u.by_operation)
    for (const auto& [type, tokens] :
         {std::pair{"input", &totals.input}, std::pair{"output", &totals.output}}) {
      text::labels of = labels_of(o);
      of.emplace_back("gen_ai_token_type", type);
      if (tokens->count() > 0)
        write_series(out, of, *tokens, 1);
    }
  out.family("gen_ai_client_operation_time_to_first_chunk_seconds", kind::histogram,
             "Time to the first words of streamed replies.");
  for (const auto& [o, totals] : u.by_operation)
    if (totals.first_words.count() > 0)
      write_series(out, labels_of(o), totals.first_words, nanos);
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

void write_answers(text& out, const answers_status& a) {
  out.family("spillway_cache_lookups_total", kind::counter,
             "Requests that a kept answer would have done for, by whether there was one.");
  out.sample({{"outcome", "hit"}}, number(a.hits));
  out.sample({{"outcome", "miss"}}, number(a.misses));
  out.family("spillway_cache_dropped_total", kind::counter, "Kept answers that had to make room.");
  out.sample({}, number(a.dropped));
  out.family("spillway_cache_entries", kind::gauge, "Answers kept.");
  out.sample({}, number(a.entries));
  out.family("spillway_cache_bytes", kind::gauge, "Memory of kept answers and their questions.");
  out.sample({}, number(a.bytes));
}

} // namespace

std::string encode_metrics(const metrics& m) {
  text out;
  write_requests(out, m.router, m.answers.hits);
  write_answers(out, m.answers);
  write_models(out, m.router.usage);
  write_operations(out, m.router.usage);
  write_calibrations(out, m.router.calibrations);
  write_limiters(out, m.limiters);
  write_budget(out, m.budget);
  write_traces(out, m.traces);
  return out.take();
}

} // namespace spillway::gateway
