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
  for (const char* field : {"x-spillway-request-id", "x-request-id", "request-id"})
    headers.add(field, name);
}

void add_cache_header(wire::http_headers& headers, answers::cache_outcome what) {
  if (what != answers::cache_outcome::unasked)
    headers.add("x-spillway-cache", what == answers::cache_outcome::hit ? "hit" : "miss");
}

void add_spillway_headers(wire::http_headers& headers, const completion_reply& m,
                          const std::string& name) {
  using std::chrono::milliseconds;
  add_request_name(headers, name);
  if (!m.model.empty())
    headers.add("x-spillway-model", m.model.value);
  if (m.prompt.what != context::outcome::as_it_is) {
    headers.add("x-spillway-context", context::to_string(m.prompt.what));
    headers.add("x-spillway-context-note", printable(m.prompt.text));
  }
  std::string left_out;
  for (const std::string& field : m.left_out)
    left_out += (left_out.empty() ? "" : ", ") + field;
  if (!left_out.empty())
    headers.add("x-spillway-left-out", printable(left_out.substr(0, bounds::left_out_bytes_max)));
  add_cache_header(headers, m.cache);
  headers.add("x-spillway-cost-usd", to_decimal_usd(m.cost.total));
  if (const model_answer answer{m.reply, m.vectors}) {
    headers.add("x-spillway-input-tokens", std::to_string(answer.usage().input.value()));
    headers.add("x-spillway-output-tokens", std::to_string(answer.usage().output.value()));
  }
  if (m.budget_left)
    headers.add("x-spillway-budget-left-usd",
                to_decimal_usd(std::max(*m.budget_left, nano_usd{0})));
  const auto waited = std::chrono::duration_cast<milliseconds>(m.waited).count();
  headers.add("x-spillway-waited-ms", std::to_string(waited));
  headers.add("x-spillway-attempts", std::to_string(m.attempts.size()));
}

wire::http_response to_response(const completion_reply& m, const chat_call& call, const api& spoken,
                                wall_time now) {
  wire::http_response response = m.status == completion_status::answered
                                     ? json_reply(200, spoken.encode(m, call, now))
                                     : spoken.refuse(refusal_of(m));
  add_spillway_headers(response.headers, m, spoken.name_of(m.id));
  return response;
}

} // namespace spillway::gateway
