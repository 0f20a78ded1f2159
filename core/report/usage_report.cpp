#include "core/report/usage_report.hpp"

#include <array>

namespace spillway::report {
namespace {

constexpr std::int64_t ms = 1'000'000;

// The bounds that OpenTelemetry's conventions advise for tokens and for a client's durations.
// Source: open-telemetry/semantic-conventions-genai, docs/gen-ai/gen-ai-metrics.md (2026-11-26).

constexpr std::array<std::int64_t, 14> took_bounds{
    10 * ms,    20 * ms,    40 * ms,    80 * ms,     160 * ms,    320 * ms,    640 * ms,
    1'280 * ms, 2'560 * ms, 5'120 * ms, 10'240 * ms, 20'480 * ms, 40'960 * ms, 81'920 * ms};
constexpr std::array<std::int64_t, 14> token_bounds{
    1,      4,      16,      64,        256,       1'024,      4'096,
    16'384, 65'536, 262'144, 1'048'576, 4'194'304, 16'777'216, 67'108'864};

void add(model_totals& totals, const call_record& call) {
  ++totals.calls;
  ++(call.failure ? totals.failed : totals.answered);
  if (call.failure == failure_kind::rate_limited)
    ++totals.rate_limited;
  totals.input += call.usage.input;
  totals.cached_input += call.usage.cached_input;
  totals.output += call.usage.output;
  totals.cost += call.cost;
}

void add(operation_totals& totals, const call_record& call) {
  totals.took.add(call.took.count());
  if (call.first_words > duration{})
    totals.first_words.add(call.first_words.count());
  if (call.failure)
    return;
  totals.input.add(call.usage.input.value());
  totals.output.add(call.usage.output.value());
}

} // namespace

operation_totals::operation_totals()
    : took{took_bounds}, first_words{took_bounds}, input{token_bounds},
      output{token_bounds} {
}

void usage_report::record(const request_record& r) {
  ++requests;
  ++by_status[r.status];
  if (r.prompt != context::outcome::as_it_is)
    ++long_prompts[r.prompt];
  for (const call_record& call : r.calls) {
    add(by_model[call.model], call);
    add(by_operation[{call.model, call.provider, call.embeds, call.failure}], call);
    cost += call.cost;
    if (call.failure == failure_kind::rate_limited)
      ++rate_limited;
  }
  if (r.waited > duration{}) {
    ++waits;
    waited += r.waited;
  }
  if (r.status != completion_status::answered)
    return;
  ++answered;
  if (r.answered_by == r.preferred)
    return;
  ++fallbacks;
  ++by_model[r.preferred].fell_back_from;
  ++by_model[r.answered_by].fell_back_to;
}

} // namespace spillway::report
