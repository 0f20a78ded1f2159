#include "gateway/refusal.hpp"

#include "gateway/json_reply.hpp"
#include "wire/fault_path.hpp"

#include <algorithm>
#include <chrono>

namespace spillway::gateway {
namespace {

struct http_error {
  int status = 500;
  const char* type = "server_error";
  const char* code = "";
};

http_error error_of(completion_status status) {
  switch (status) {
    case completion_status::unknown_target:
      return {404, "invalid_request_error", "model_not_found"};
    case completion_status::context_too_long:
      return {400, "invalid_request_error", "context_length_exceeded"};
    case completion_status::over_budget: return {429, "insufficient_quota", "insufficient_quota"};
    case completion_status::over_max_cost:
      return {400, "invalid_request_error", "max_cost_exceeded"};
    case completion_status::rate_limited: return {429, "rate_limit_error", "rate_limit_exceeded"};
    case completion_status::overloaded: return {503, "server_error", "overloaded"};
    case completion_status::invalid_request: return {400, "invalid_request_error", ""};
    case completion_status::content_filtered:
      return {400, "invalid_request_error", "content_filter"};
    case completion_status::upstream_failed: return {502, "server_error", "upstream_failed"};
    case completion_status::deadline_exceeded: return {504, "server_error", "deadline_exceeded"};
    case completion_status::cancelled: return {503, "server_error", "cancelled"};
    case completion_status::shutting_down: return {503, "server_error", "shutting_down"};
    default: return {};
  }
}

/// What of the request is at fault; empty: nothing, or not known.
const char* param_of(completion_status status) {
  switch (status) {
    case completion_status::unknown_target: return "model";
    case completion_status::over_max_cost: return "x-spillway-max-cost-usd";
    default: return "";
  }
}

/// When to come again if nobody knows better: after about one call, or when a person has looked at
/// the budget.
duration usual_wait(completion_status status) {
  using namespace std::chrono_literals;
  return status == completion_status::over_budget ? duration{60s} : duration{1s};
}

void add_retry_after(wire::http_headers& headers, duration wait) {
  using std::chrono::seconds;
  const auto whole = std::max(std::chrono::ceil<seconds>(wait), seconds{1});
  headers.add("Retry-After", std::to_string(whole.count()));
}

} // namespace

refusal malformed_request(const std::string& why) {
  return {400, {why, "invalid_request_error", "", std::string{wire::path_in_fault(why)}}};
}

refusal unread_request(int status, const std::string& why) {
  const char* const code = status == 413   ? "request_too_large"
                           : status == 431 ? "headers_too_large"
                           : status == 408 ? "request_timeout"
                           : status == 503 ? "overloaded"
                                           : "";
  return {status, {why, status < 500 ? "invalid_request_error" : "server_error", code, ""}};
}

refusal unauthorized() {
  refusal r{401,
            {"no valid key was sent; send one of the gateway's as \"Authorization: Bearer ...\" or "
             "\"x-api-key: ...\"",
             "invalid_request_error", "invalid_api_key", ""}};
  r.headers.add("WWW-Authenticate", "Bearer");
  return r;
}

refusal forbidden(const std::string& why) {
  return {403, {why, "invalid_request_error", "forbidden", ""}};
}

refusal unknown_path(std::string_view method, std::string_view path) {
  return {404,
          {"there is no " + std::string{method} + " " + std::string{path}
               + "; see /v1/chat/completions and /v1/models",
           "invalid_request_error", "unknown_url", ""}};
}

refusal unknown_model(std::string_view id) {
  return {404,
          {"'" + std::string{id} + "' is neither a route nor a model that can be called here",
           "invalid_request_error", "model_not_found", "model"}};
}

refusal unknown_request(std::string_view name) {
  return {404,
          {"no request '" + std::string{name}
               + "' is remembered; only the latest are, by their x-spillway-request-id, once they "
                 "have ended",
           "invalid_request_error", "request_not_found", ""}};
}

refusal wrong_method(std::string_view method, std::string_view allowed) {
  refusal r{405,
            {std::string{method} + " is not allowed here; use " + std::string{allowed},
             "invalid_request_error", "method_not_supported", ""}};
  r.headers.add("Allow", std::string{allowed});
  return r;
}

refusal reused_key() {
  return {422,
          {"this Idempotency-Key was used for another request body; send each request with a key "
           "of its own",
           "invalid_request_error", "idempotency_key_reused", ""}};
}

refusal draining() {
  completion_reply stopping;
  stopping.status = completion_status::shutting_down;
  stopping.reason = "the gateway is stopping";
  return refusal_of(stopping);
}

refusal refusal_of(const completion_reply& m) {
  const http_error e = error_of(m.status);
  refusal r{e.status,
            {m.reason.empty() ? to_string(m.status) : m.reason, e.type, e.code,
             param_of(m.status)}};
  if (e.status == 429 || e.status == 503)
    add_retry_after(r.headers, m.retry_after.value_or(usual_wait(m.status)));
  // OpenAI's own clients retry every 429; a budget that is spent stays so.
  if (m.status == completion_status::over_budget)
    r.headers.add("x-should-retry", "false");
  return r;
}

wire::http_response encode_refusal(const refusal& r) {
  wire::http_response response = json_reply(r.status, wire::openai::encode_error_body(r.body));
  for (const auto& [name, value] : r.headers)
    response.headers.add(name, value);
  return response;
}

} // namespace spillway::gateway
