#include "wire/run_report_json.hpp"

#include "wire/json_document.hpp"

namespace spillway::wire {
namespace {

using json = nlohmann::ordered_json;

json dollars(nano_usd amount) {
  // The shortest decimal of the nearest double: nine decimal places survive up to a million
  // dollars.
  return json::parse(to_decimal_usd(amount));
}

json encode(const report::model_totals& m) {
  return {{"calls", m.calls},
          {"answered", m.answered},
          {"failed", m.failed},
          {"rate_limited_429", m.rate_limited},
          {"fell_back_to", m.fell_back_to},
          {"fell_back_from", m.fell_back_from},
          {"input_tokens", m.input.value()},
          {"cached_input_tokens", m.cached_input.value()},
          {"output_tokens", m.output.value()},
          {"cost_usd", dollars(m.cost)}};
}

json encode(const report::budget_totals& b) {
  return {{"limit_usd", b.limit ? dollars(*b.limit) : json{}},
          {"spent_usd", dollars(b.spent)},
          {"reserved_usd", dollars(b.reserved)}};
}

} // namespace

std::string encode_run_report(const report::run_report& r) {
  json by_status = json::object();
  for (const auto& [status, count] : r.usage.by_status)
    by_status[to_string(status)] = count;
  json by_model = json::object();
  for (const auto& [model, totals] : r.usage.by_model)
    by_model[model.value] = encode(totals);
  const json out = {
      {"requests", r.usage.requests},
      {"answered", r.usage.answered},
      {"waits", r.usage.waits},
      {"waited_s", to_seconds(r.usage.waited)},
      {"fallbacks", r.usage.fallbacks},
      {"rate_limited_429", r.usage.rate_limited},
      {"cost_usd", dollars(r.usage.cost)},
      {"budget", encode(r.budget)},
      {"langfuse",
       {{"delivered", r.traces.delivered}, {"pending", r.traces.pending}, {"dead", r.traces.dead}}},
      {"by_status", std::move(by_status)},
      {"by_model", std::move(by_model)},
      {"elapsed_s", to_seconds(r.elapsed)}};
  return dump_in_order(out);
}

} // namespace spillway::wire
