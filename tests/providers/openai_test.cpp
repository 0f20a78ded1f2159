#include "providers/openai.hpp"
#include "tests/support/recorded.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using namespace spillway::providers;
using namespace std::chrono_literals;

namespace {

openai_codec speaker(const char* key = "sk-ours") {
  return openai_codec{{*find_profile("openai"), "/v1", secret{key}}};
}

wire::http_response replied(int status, std::string body) {
  wire::http_response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

constexpr const char* answer =
    R"({"id":"c1","model":"m","choices":[{"message":{"content":"hi"},"finish_reason":"stop"}]})";

} // namespace

TEST_CASE("A call becomes a POST of JSON with the key", "[providers]") {
  chat_request request;
  request.messages.push_back({chat_role::user, "hi", {}, {}, {}});
  const wire::http_request http = speaker().encode({request, "gpt-4o", token_count{9}});
  CHECK(http.method == "POST");
  CHECK(http.target == "/v1/chat/completions");
  CHECK(http.headers.find("content-type") == "application/json");
  CHECK(http.headers.find("authorization") == "Bearer sk-ours");
  const auto body = nlohmann::json::parse(http.body);
  CHECK(body["model"] == "gpt-4o");
  CHECK(body["max_completion_tokens"] == 9);
  CHECK(http.body.find("sk-ours") == std::string::npos);
}

TEST_CASE("A call names its lease, so that the provider's records can be matched with ours",
          "[providers]") {
  const chat_request request;
  const auto http = speaker().encode({request, "gpt-4o", {}, false, lease_id{258}});
  CHECK(http.headers.find("x-client-request-id") == "258");
  CHECK_FALSE(speaker().encode({request, "gpt-4o", {}}).headers.contains("x-client-request-id"));
}

TEST_CASE("Without a key no credential is sent", "[providers]") {
  const chat_request nothing;
  CHECK_FALSE(speaker("").encode({nothing, "m", {}}).headers.contains("authorization"));
}

TEST_CASE("An answer is read and named by the request id of its header", "[providers]") {
  auto response = replied(200, answer);
  const auto plain = speaker().decode(response, {});
  REQUIRE(std::holds_alternative<chat_reply>(plain));
  CHECK(std::get<chat_reply>(plain).provider_request_id == "c1");
  response.headers.add("X-Request-Id", "req_9");
  const auto named = speaker().decode(response, {});
  CHECK(std::get<chat_reply>(named).provider_request_id == "req_9");
  CHECK(std::get<chat_reply>(named).message.text == "hi");
}

TEST_CASE("What is no answer is a failure of its kind", "[providers]") {
  const auto [status, body, expected] = GENERATE(table<int, std::string, failure_kind>({
      {429, "", failure_kind::rate_limited},
      {429, answer, failure_kind::rate_limited},
      {204, "", failure_kind::malformed_reply},
      {200, "", failure_kind::malformed_reply},
      {200, "<html>maintenance</html>", failure_kind::malformed_reply},
      {200, R"({"choices":[]})", failure_kind::malformed_reply},
      {200, R"({"error":{"code":"insufficient_quota"}})", failure_kind::quota_exhausted},
      {200, R"({"error":{"message":"busy","code":503},"choices":[]})", failure_kind::overloaded},
  }));
  CAPTURE(status, body);
  const auto outcome = speaker().decode(replied(status, body), {});
  REQUIRE(std::holds_alternative<call_failure>(outcome));
  CHECK(std::get<call_failure>(outcome).kind == expected);
}

TEST_CASE("A wait in the headers of a success is not one", "[providers]") {
  auto response = replied(200, answer);
  response.headers.add("retry-after", "30");
  CHECK(std::holds_alternative<chat_reply>(speaker().decode(response, {})));
}

TEST_CASE("A filtered answer is an answer", "[providers]") {
  for (const auto& r : spillway::testing::all_recorded(SPILLWAY_FIXTURES, "openai"))
    if (r.row["id"] == "openai/chat_content_filtering_0") {
      const auto outcome = speaker().decode(r.response, {});
      REQUIRE(std::holds_alternative<chat_reply>(outcome));
      CHECK(std::get<chat_reply>(outcome).finish == finish_reason::content_filter);
      CHECK(speaker().observed_limits(r.response).requests_remaining == 119);
    }
}

TEST_CASE("Limits are read from recorded headers", "[providers]") {
  for (const auto& r : spillway::testing::all_recorded(SPILLWAY_FIXTURES, "openai"))
    if (r.row["id"] == "openai/async_parsed_refused_completion_0") {
      rate::observed_limits seen = speaker().observed_limits(r.response);
      CHECK(seen.worked > 0ms);
      seen.worked.reset();
      CHECK(seen == rate::observed_limits{10000, 9999, 30000000, 29999976, 6ms, 0s});
    }
}
