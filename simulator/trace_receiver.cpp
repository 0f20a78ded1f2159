#include "simulator/trace_receiver.hpp"

#include "wire/langfuse/otlp_receipt.hpp"

namespace spillway::simulator {
namespace {

constexpr const char* traces_target = "/api/public/otel/v1/traces";

wire::http_response answer(int status, std::string body) {
  wire::http_response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  response.body = std::move(body);
  return response;
}

} // namespace

struct trace_receiver::state {
  trace_counts counts;

  wire::http_response receive(const wire::http_request& request) {
    if (request.method != "POST" || request.target != traces_target)
      return answer(404, R"({"message":"no such route"})");
    if (!request.headers.find("Authorization").starts_with("Basic "))
      return answer(401, R"({"message":"no credentials"})");
    const auto receipt = wire::langfuse::decode_otlp(request.body);
    if (!receipt) {
      ++counts.refused;
      counts.last_refusal = receipt.failure().message;
      return answer(400, R"({"message":"malformed export"})");
    }
    ++counts.exports;
    counts.generations += receipt->generations;
    counts.events += receipt->events;
    counts.cost_total += receipt->cost_total;
    return answer(200, "{}");
  }
};

trace_receiver::trace_receiver() : state_{std::make_shared<state>()} {
}

transport::http_handler trace_receiver::handler() const {
  return [s = state_](wire::http_request request, const transport::http_responder& reply) {
    reply(s->receive(request));
  };
}

const trace_counts& trace_receiver::counts() const {
  return state_->counts;
}

} // namespace spillway::simulator
