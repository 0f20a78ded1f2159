#include "simulator/fault_reply.hpp"

#include <utility>

namespace spillway::simulator {
namespace {

using transport::http_connection_fault;

/// What a simulated context holds when a fault says that it is too small.
constexpr token_count told_context{128'000};
constexpr token_count told_prompt{131'072};

problem::kind problem_kind(fault_kind kind) {
  switch (kind) {
    case fault_kind::rate_limited:
    case fault_kind::daily_quota: return problem::kind::rate_limited;
    case fault_kind::quota_exhausted: return problem::kind::quota_exhausted;
    case fault_kind::overloaded: return problem::kind::overloaded;
    case fault_kind::unauthorized: return problem::kind::invalid_key;
    case fault_kind::model_not_found: return problem::kind::unknown_model;
    case fault_kind::context_too_long: return problem::kind::context_too_long;
    default: return problem::kind::server_error;
  }
}

/// A day's requests all used: the limit itself does not matter.
quota_refusal spent_day() {
  return {rate::dimension::requests_per_day, 1'000, 1'000, 1, std::chrono::hours{1}};
}

wire::http_response truncated(wire::http_response whole) {
  whole.body.resize(whole.body.size() / 2);
  return whole;
}

} // namespace

problem problem_of(const fault_rule& fault, const std::string& model) {
  problem p;
  p.what = problem_kind(fault.kind);
  p.model = model;
  p.allowed = told_context;
  p.wanted = told_prompt;
  p.retry_after = fault.retry_after;
  if (fault.kind == fault_kind::daily_quota)
    p.refusal = spent_day();
  return p;
}

transport::http_server_reply make_fault_reply(const fault_rule& fault, const std::string& model,
                                              wire::http_response intended,
                                              const dialect& speaks) {
  switch (fault.kind) {
    case fault_kind::stalled_stream:
    case fault_kind::stall: return http_connection_fault::stall;
    case fault_kind::reset: return http_connection_fault::reset;
    case fault_kind::garbage: return http_connection_fault::garbage;
    case fault_kind::truncated_body: return truncated(std::move(intended));
    default: break;
  }
  wire::http_response response = speaks.refuse(problem_of(fault, model));
  if (fault.kind == fault_kind::error_in_ok || fault.kind == fault_kind::error_in_stream)
    response.status = 200;
  for (const auto& [name, value] : intended.headers)
    response.headers.add(name, value);
  return response;
}

} // namespace spillway::simulator
