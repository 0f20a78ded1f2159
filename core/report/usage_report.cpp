#include "core/report/usage_report.hpp"

namespace spillway::report {
namespace {

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

} // namespace

void usage_report::record(const request_record& r) {
  ++requests;
  ++by_status[r.status];
  if (r.prompt != context::outcome::as_it_is)
    ++long_prompts[r.prompt];
  for (const call_record& call : r.calls) {
    add(by_model[call.model], call);
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
