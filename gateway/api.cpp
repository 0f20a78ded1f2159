#include "gateway/api.hpp"

#include "core/bounds.hpp"
#include "core/model_answer.hpp"
#include "gateway/json_reply.hpp"

#include <algorithm>
#include <chrono>

namespace spillway::gateway {

namespace {

/// As it may stand in a header: what is not printable ASCII becomes "?".
std::string printable(std::string text) {
  for (char& c : text)
    if (c < ' ' || c > '~')
      c = '?';
  return text;
}

} // namespace

void add_request_name(wire::http_headers& headers, const std::string& name) {
  for (const char* field : {request_name_header, "x-request-id", "request-id"})
    headers.add(field, name);
}

void add_cache_header(wire::http_headers& headers, answers::cache_outcome what) {
  if (what != answers::cache_outcome::unasked)
    headers.add("x-spillway-cache", what == answers::cache_outcome::hit ? "hit" : "miss");
}

void add_left_out_header(wire::http_headers& headers, const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names)
    list += (list.empty() ? "" : ", ") + name;
  if (!list.empty())
    headers.add("x-spillway-left-out", printable(list.substr(0, bounds::left_out_bytes_max)));
}

void add_tried_header(wire::http_headers& headers, const std::vector<routing::tried_model>& tried) {
  std::string list;
  for (const routing::tried_model& m : tried)
    list += (list.empty() ? "" : ", ") + m.model.value + "=" + routing::to_string(m.now);
  if (!list.empty())
    headers.add("x-spillway-tried", printable(std::move(list)));
}

void add_context_headers(wire::http_headers& headers, const context::note& prompt) {
  if (prompt.what == context::outcome::as_it_is)
    return;
  headers.add("x-spillway-context", context::to_string(prompt.what));
  headers.add("x-spillway-context-note", printable(prompt.text));
}

void add_wait_header(wire::http_headers& headers, duration waited) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(waited).count();
  headers.add("x-spillway-waited-ms", std::to_string(ms));
}

nano_usd held_for(const completion_reply& m) {
  nano_usd all;
  for (const report::call_record& call : m.attempts)
    all += call.cost;
  return std::max(all - m.cost.total, nano_usd{0});
}

void add_spillway_headers(wire::http_headers& headers, const completion_reply& m,
                          const chat_call& call, const std::string& name) {
  add_request_name(headers, name);
  if (!m.model.empty())
    headers.add("x-spillway-model", m.model.value);
  if (m.plan)
    add_tried_header(headers, routing::tried(*m.plan));
  add_context_headers(headers, m.prompt);
  std::vector<std::string> left_out = m.left_out;
  if (m.status == completion_status::answered)
    left_out.insert(left_out.end(), call.unread.begin(), call.unread.end());
  add_left_out_header(headers, left_out);
  add_cache_header(headers, m.cache);
  headers.add("x-spillway-cost-usd", to_decimal_usd(m.cost.total));
  if (const nano_usd held = held_for(m); held > nano_usd{0})
    headers.add("x-spillway-held-usd", to_decimal_usd(held));
  if (const model_answer answer{m.reply, m.vectors}) {
    headers.add("x-spillway-input-tokens", std::to_string(answer.usage().input.value()));
    headers.add("x-spillway-output-tokens", std::to_string(answer.usage().output.value()));
  }
  if (m.budget_left)
    headers.add("x-spillway-budget-left-usd",
                to_decimal_usd(std::max(*m.budget_left, nano_usd{0})));
  add_wait_header(headers, m.waited);
  headers.add("x-spillway-attempts", std::to_string(m.attempts.size()));
}

wire::http_response to_response(const completion_reply& m, const chat_call& call, const api& spoken,
                                wall_time now) {
  wire::http_response response = m.status == completion_status::answered
                                     ? json_reply(200, spoken.encode(m, call, now))
                                     : spoken.refuse(refusal_of(m));
  add_spillway_headers(response.headers, m, call, spoken.name_of(m.id));
  return response;
}

} // namespace spillway::gateway
