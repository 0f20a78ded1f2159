#include "simulator/fault_reply.hpp"

#include "simulator/openai_replies.hpp"
#include "simulator/refusal_text.hpp"

namespace spillway::simulator {
namespace {

using transport::http_connection_fault;

/// What a simulated context holds when a fault says that it is too small.
constexpr token_count told_context{128'000};
constexpr token_count told_prompt{131'072};

bool inside_ok(fault_kind kind) {
  return kind == fault_kind::error_in_ok || kind == fault_kind::error_in_stream;
}

wire::http_response error_for(fault_kind kind, const std::string& model) {
  switch (kind) {
    case fault_kind::rate_limited:
      return rate_limited("requests", "Rate limit reached for " + model + ".");
    case fault_kind::quota_exhausted:
      return error_reply(429,
                         "You exceeded your current quota, please check your plan and billing "
                         "details.",
                         "insufficient_quota", "", "insufficient_quota");
    case fault_kind::overloaded:
      return error_reply(503, "The engine is currently overloaded, please try again later",
                         "server_error", "", "");
    case fault_kind::unauthorized:
      return error_reply(401, "Incorrect API key provided.", "invalid_request_error", "",
                         "invalid_api_key");
    case fault_kind::model_not_found: return unknown_model(model);
    case fault_kind::context_too_long: return context_too_long(told_context, told_prompt);
    default:
      return error_reply(inside_ok(kind) ? 200 : 500,
                         "The server had an error while processing your request. Sorry about "
                         "that!",
                         "server_error", "", "");
  }
}

wire::http_response truncated(wire::http_response whole) {
  whole.body.resize(whole.body.size() / 2);
  return whole;
}

} // namespace

transport::http_server_reply make_fault_reply(const fault_rule& fault, const std::string& model,
                                              wire::http_response intended) {
  switch (fault.kind) {
    case fault_kind::stalled_stream:
    case fault_kind::stall: return http_connection_fault::stall;
    case fault_kind::reset: return http_connection_fault::reset;
    case fault_kind::garbage: return http_connection_fault::garbage;
    case fault_kind::truncated_body: return truncated(std::move(intended));
    default: break;
  }
  wire::http_response response = error_for(fault.kind, model);
  for (const auto& [name, value] : intended.headers)
    response.headers.add(name, value);
  if (fault.retry_after)
    add_retry_after(response.headers, *fault.retry_after);
  return response;
}

} // namespace spillway::simulator
