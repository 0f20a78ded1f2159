#include "wire/plan_json.hpp"

#include "wire/json_document.hpp"

#include <chrono>

namespace spillway::wire {
namespace {

using json = nlohmann::ordered_json;

std::int64_t milliseconds(duration d) {
  return std::chrono::ceil<std::chrono::milliseconds>(d).count();
}

json text_or_null(const std::string& text) {
  return text.empty() ? json() : json(text);
}

json usd_or_null(const std::optional<nano_usd>& amount) {
  return amount ? json(to_decimal_usd(*amount)) : json();
}

json call_json(const report::call_record& c) {
  const bool streamed = c.first_words > duration{};
  return {{"model", c.model.value},
          {"outcome", c.failure ? to_string(*c.failure) : "answered"},
          {"cost_usd", to_decimal_usd(c.cost)},
          {"input_tokens", c.usage.input.value()},
          {"output_tokens", c.usage.output.value()},
          {"took_ms", milliseconds(c.took)},
          {"first_words_ms", streamed ? json(milliseconds(c.first_words)) : json()}};
}

json calls_json(const std::vector<report::call_record>& calls) {
  json out = json::array();
  for (const report::call_record& c : calls)
    out.push_back(call_json(c));
  return out;
}

json candidate_json(const routing::considered_model& m) {
  json out = {{"model", m.model.value},
              {"provider", m.provider.value},
              {"key", text_or_null(m.key.value)},
              {"standing", routing::to_string(m.now)},
              {"why", text_or_null(m.text)},
              {"input_tokens", m.input_likely.value()},
              {"output_tokens_max", m.output_max.value()},
              {"worst_cost_usd", usd_or_null(m.worst_cost)},
              {"likely_cost_usd", usd_or_null(m.likely_cost)}};
  out["likely_ms"] = m.likely_time ? json(milliseconds(*m.likely_time)) : json();
  out["quality"] = m.quality ? json(m.quality->mean) : json();
  out["wait_ms"] = m.wait ? json(milliseconds(m.wait->estimate)) : json();
  return out;
}

void add_plan(json& out, const routing::plan& plan) {
  out["target"] = plan.target;
  const bool chose = plan.chosen && *plan.chosen < plan.models.size();
  out["chosen"] = chose ? json(plan.models[*plan.chosen].model.value) : json();
  out["candidates"] = json::array();
  for (std::size_t i = 0; i < plan.models.size(); ++i) {
    json row = candidate_json(plan.models[i]);
    if (plan.models[i].now == routing::standing::ready && plan.models[i].text.empty())
      row["why"] = !chose ? "the request ended before it was needed"
                   : i == *plan.chosen ? "it would be called"
                                       : "not needed: " + plan.models[*plan.chosen].model.value
                                             + " comes first";
    out["candidates"].push_back(std::move(row));
  }
}

std::string text_of(const json& value) {
  return dump_in_order(value);
}

json prompt_or_null(const context::note& prompt) {
  if (prompt.what == context::outcome::as_it_is)
    return nullptr;
  return {{"outcome", context::to_string(prompt.what)}, {"note", prompt.text}};
}

} // namespace

std::string encode_explanation(const explained_request& request) {
  json out = {{"id", request.id},
              {"status", to_string(request.status)},
              {"reason", text_or_null(request.reason)},
              {"cost_usd", to_decimal_usd(request.cost)},
              {"held_usd", to_decimal_usd(request.held)},
              {"input_tokens", request.usage.input.value()},
              {"output_tokens", request.usage.output.value()},
              {"waited_ms", milliseconds(request.waited)},
              {"calls", request.calls.size()},
              {"made", calls_json(request.calls)},
              {"long_prompt", prompt_or_null(request.prompt)}};
  add_plan(out, request.plan ? *request.plan : routing::plan{});
  return text_of(out);
}

std::string encode_plan(completion_status status, const std::string& reason,
                        const routing::plan& plan, const context::note& prompt) {
  // Nothing was called: nothing was answered.
  const bool would_answer = status == completion_status::answered;
  json out = {{"status", would_answer ? "would_answer" : to_string(status)},
              {"reason", text_or_null(reason)},
              {"long_prompt", prompt_or_null(prompt)}};
  add_plan(out, plan);
  return text_of(out);
}

} // namespace spillway::wire
