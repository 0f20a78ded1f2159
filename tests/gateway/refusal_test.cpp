#include "gateway/refusal.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using namespace std::chrono_literals;

namespace {

completion_reply refused(completion_status status, std::optional<duration> retry_after = {}) {
  completion_reply m;
  m.status = status;
  m.reason = "because";
  m.retry_after = retry_after;
  return m;
}

} // namespace

TEST_CASE("every outcome has its status, type and code") {
  struct row {
    completion_status outcome;
    int status;
    const char* type;
  };
  const auto r = GENERATE(values<row>({
      {completion_status::unknown_target, 404, "invalid_request_error"},
      {completion_status::context_too_long, 400, "invalid_request_error"},
      {completion_status::over_max_cost, 400, "invalid_request_error"},
      {completion_status::over_budget, 429, "insufficient_quota"},
      {completion_status::rate_limited, 429, "rate_limit_error"},
      {completion_status::overloaded, 503, "server_error"},
      {completion_status::invalid_request, 400, "invalid_request_error"},
      {completion_status::content_filtered, 400, "invalid_request_error"},
      {completion_status::upstream_failed, 502, "server_error"},
      {completion_status::deadline_exceeded, 504, "server_error"},
      {completion_status::cancelled, 503, "server_error"},
      {completion_status::shutting_down, 503, "server_error"},
  }));
  const auto response = gateway::encode_refusal(gateway::refusal_of(refused(r.outcome)));
  CHECK(response.status == r.status);
  const auto body = nlohmann::json::parse(response.body).at("error");
  CHECK(body.at("type") == r.type);
  CHECK(body.at("message") == "because");
  CHECK(response.headers.contains("Retry-After") == (r.status == 429 || r.status == 503));
}

TEST_CASE("a caller is told to come again in whole seconds, no sooner than there is room") {
  const auto told = [](std::optional<duration> wait) {
    return std::string{gateway::refusal_of(refused(completion_status::rate_limited, wait))
                           .headers.find("Retry-After")};
  };
  CHECK(told(2500ms) == "3");
  CHECK(told(1ms) == "1");
  CHECK(told(0ms) == "1");
  CHECK(told({}) == "1");
}
