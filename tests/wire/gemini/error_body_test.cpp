#include "tests/support/recorded.hpp"
#include "wire/gemini/error_body.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::wire::gemini;
using namespace std::chrono_literals;

TEST_CASE("Every recorded error of Google is read as its recorder read it", "[wire][gemini]") {
  int seen = 0;
  for (const auto& r : spillway::testing::all_recorded(SPILLWAY_FIXTURES, "gemini")) {
    if (!r.row["error"].is_object())
      continue;
    CAPTURE(r.row["id"]);
    const nlohmann::json& expected = r.row["error"];
    const error_body body = decode_error_body(r.response.body);
    CHECK(body.message == expected["message"]);
    CHECK(body.code == expected["code"]);
    CHECK(body.status == expected["type"]);
    CHECK(body.reason == expected.value("reason", ""));
    if (expected.contains("quota_ids"))
      CHECK(body.violations.at(0).id == expected["quota_ids"][0]);
    ++seen;
  }
  CHECK(seen >= 4);
}

TEST_CASE("Quotas and the delay are read from the details", "[wire][gemini]") {
  const error_body body = decode_error_body(R"([{"error":{"code":429,"status":"RESOURCE_EXHAUSTED",
    "message":"You exceeded your current quota.","details":[
      {"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[
        {"quotaMetric":"g.com/requests","quotaId":"RequestsPerMinute","quotaValue":"15",
         "quotaDimensions":{"model":"gemini-2.5-flash"}},
        {"quotaMetric":"g.com/day","quotaId":"RequestsPerDay"}]},
      {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.4s"}]}}])");
  CHECK(body.code == 429);
  REQUIRE(body.violations.size() == 2);
  CHECK(body.violations[0]
        == quota_violation{"g.com/requests", "RequestsPerMinute", "gemini-2.5-flash", 15});
  CHECK(body.violations[1].id == "RequestsPerDay");
  CHECK(body.retry_delay == duration{34'400ms});
}

TEST_CASE("What only the message tells is read from it", "[wire][gemini]") {
  const error_body body = decode_error_body(
      R"({"error":{"code":429,"message":"No.\n* Quota exceeded for metric: g.com/a, limit: 0, )"
      R"(model: gemini-2.5-pro\n* Quota exceeded for metric: g.com/b, limit: 20, model: m\n)"
      R"(Please retry in 48.939935699s."}})");
  REQUIRE(body.violations.size() == 2);
  CHECK(body.violations[0] == quota_violation{"g.com/a", "", "gemini-2.5-pro", 0});
  CHECK(body.violations[1].value == 20);
  CHECK(body.retry_delay == duration{48'939'935'699ns});
}

TEST_CASE("A body of another shape still says something", "[wire][gemini]") {
  const auto [body, message] = GENERATE(table<std::string, std::string>({
      {"", ""},
      {"<html><h1>502</h1> Bad gateway</html>", "502 Bad gateway"},
      {R"({"error":"busy"})", "busy"},
      {R"({"error":{"message":7,"code":"x","status":[],"details":7}})", ""},
      {R"({"error":{"message":"m","details":[7,{"@type":7},{"@type":"QuotaFailure"},
          {"@type":"QuotaFailure","violations":[7]},{"@type":"ErrorInfo","metadata":7},
          {"@type":"RetryInfo","retryDelay":"soon"}]}})",
       "m"},
      {"[]", "[]"},
  }));
  CAPTURE(body);
  CHECK(decode_error_body(body).message == message);
}

TEST_CASE("An error that is written is read again", "[wire][gemini]") {
  const error_body body{"m",  429,
                        "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED",
                        {{"g.com/a", "RequestsPerMinute", "gemini-2.5-pro", 15}, {"g.com/b", "B", "", {}}},
                        duration{2s}};
  CHECK(decode_error_body(encode_error_body(body)) == body);
}
