#include "wire/run_answer_json.hpp"

#include "wire/json_document.hpp"

#include <chrono>

namespace spillway::wire {
namespace {

using json = nlohmann::ordered_json;

json dollars(nano_usd amount) {
  return json::parse(to_decimal_usd(amount));
}

std::int64_t milliseconds(duration d) {
  return std::chrono::round<std::chrono::milliseconds>(d).count();
}

json encode(const report::call_record& c) {
  return {{"model", c.model.value},
          {"failure", c.failure ? json(to_string(*c.failure)) : json{}},
          {"cost_usd", dollars(c.cost)}};
}

} // namespace

std::string encode_run_answer(const report::run_answer& a) {
  json calls = json::array();
  for (const report::call_record& c : a.calls)
    calls.push_back(encode(c));
  const json out = {
      {"status", to_string(a.status)},
      {"text", a.text},
      {"model", a.model.value.empty() ? json{} : json(a.model.value)},
      {"finish_reason", a.finish ? json(to_string(*a.finish)) : json{}},
      {"input_tokens", a.input.value()},
      {"cached_input_tokens", a.cached_input.value()},
      {"output_tokens", a.output.value()},
      {"cost_usd", dollars(a.cost)},
      {"waited_ms", milliseconds(a.waited)},
      {"elapsed_ms", milliseconds(a.elapsed)},
      {"calls", std::move(calls)},
      {"budget_left_usd", a.budget_left ? dollars(*a.budget_left) : json{}},
      {"left_out", a.left_out},
      {"retry_after_s", a.retry_after ? json(to_seconds(*a.retry_after)) : json{}},
      {"reason", a.reason.empty() ? json{} : json(a.reason)},
      {"steps", a.steps},
      {"tool_calls", a.tool_calls},
      {"steps_used_up", a.steps_used_up}};
  return dump_in_order(out);
}

} // namespace spillway::wire
