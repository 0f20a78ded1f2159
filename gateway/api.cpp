#include "gateway/api.hpp"

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

void add_spillway_headers(wire::http_headers& headers, const completion_reply& m,
                          const std::string& name) {
  using std::chrono::milliseconds;
  headers.add("x-spillway-request-id", name);
  if (!m.model.empty())
    headers.add("x-spillway-model", m.model.value);
  if (m.prompt.what != context::outcome::as_it_is) {
    headers.add("x-spillway-context", context::to_string(m.prompt.what));
    headers.add("x-spillway-context-note", printable(m.prompt.text));
  }
  headers.add("x-spillway-cost-usd", to_decimal_usd(m.cost.total));
  if (m.reply) {
    headers.add("x-spillway-input-tokens", std::to_string(m.reply->usage.input.value()));
    headers.add("x-spillway-output-tokens", std::to_string(m.reply->usage.output.value()));
  }
  const auto waited = std::chrono::duration_cast<milliseconds>(m.waited).count();
  headers.add("x-spillway-waited-ms", std::to_string(waited));
  headers.add("x-spillway-attempts", std::to_string(m.attempts.size()));
}

wire::http_response to_response(const completion_reply& m, const chat_request& request,
                                const api& spoken, wall_time now) {
  wire::http_response response;
  if (m.status == completion_status::answered) {
    response.headers.add("Content-Type", "application/json");
    response.body = spoken.encode(m, request, now);
  } else {
    response = spoken.refuse(refusal_of(m));
  }
  add_spillway_headers(response.headers, m, spoken.name_of(m.id));
  return response;
}

} // namespace spillway::gateway
