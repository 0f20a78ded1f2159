#include "core/bounds.hpp"
#include "providers/gemini_failure.hpp"
#include "tests/support/recorded.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace spillway;
using namespace spillway::providers;
using namespace std::chrono_literals;
using kind = failure_kind;

namespace {

/// 2026-03-07 23:30 in California, half an hour before the day on which its clocks go forward.
constexpr wall_time before_midnight{std::chrono::seconds{1'772'955'000}};

call_failure judged(int status, std::string body, wall_time now = {}) {
  return gemini_failure_of({status, {}, std::move(body)}, now, secret{"key-of-ours"});
}

/// A 429 whose quotas are these; `delay` stands in its RetryInfo.
std::string exhausted(const std::string& violations, const std::string& delay = "8s") {
  return R"([{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"You exceeded.","details":[
    {"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[)"
         + violations + R"(]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":")"
         + delay + R"("}]}}])";
}

std::string quota(const std::string& id, const std::string& value = "15") {
  return R"({"quotaMetric":"generativelanguage.googleapis.com/requests","quotaId":")" + id
         + R"(","quotaValue":")" + value + R"("})";
}

std::string refusal(int code, const std::string& status, const std::string& message) {
  return R"({"error":{"code":)" + std::to_string(code) + R"(,"status":")" + status
         + R"(","message":")" + message + R"("}})";
}

} // namespace

TEST_CASE("Google's status word decides what happened", "[providers]") {
  const auto [http, status, message, expected] = GENERATE(table<int, std::string, std::string, kind>({
      {400, "INVALID_ARGUMENT", "Unknown name", kind::invalid_request},
      {400, "INVALID_ARGUMENT", "Cannot fetch content from the provided URL.",
       kind::invalid_request},
      {400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.",
       kind::unauthorized},
      {400, "INVALID_ARGUMENT",
       "The input token count (1250074) exceeds the maximum number of tokens allowed (1048576).",
       kind::context_too_long},
      {400, "FAILED_PRECONDITION", "User location is not supported for the API use.",
       kind::unauthorized},
      {400, "FAILED_PRECONDITION", "Please enable billing on project", kind::quota_exhausted},
      {401, "UNAUTHENTICATED", "", kind::unauthorized},
      {403, "PERMISSION_DENIED", "", kind::unauthorized},
      {404, "NOT_FOUND", "models/x is not found for API version v1beta", kind::model_unavailable},
      {409, "ABORTED", "", kind::conflict},
      {413, "", "", kind::context_too_long},
      {429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).",
       kind::rate_limited},
      {429, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted.", kind::quota_exhausted},
      {429, "RESOURCE_EXHAUSTED", "Your project has exceeded its monthly spending cap.",
       kind::quota_exhausted},
      {499, "CANCELLED", "The operation was cancelled.", kind::interrupted},
      {500, "INTERNAL", "", kind::overloaded},
      {501, "UNIMPLEMENTED", "", kind::model_unavailable},
      {503, "UNAVAILABLE", "The model is overloaded. Please try again later.", kind::overloaded},
      {504, "DEADLINE_EXCEEDED", "", kind::overloaded},
      {502, "", "", kind::overloaded},
      {418, "", "", kind::invalid_request},
  }));
  CAPTURE(http, status, message);
  const call_failure failure = judged(http, refusal(http, status, message));
  CHECK(failure.kind == expected);
  CHECK(failure.http_status == http);
  CHECK_FALSE(failure.message.empty());
}

TEST_CASE("A quota per minute opens after the delay beside it", "[providers]") {
  const call_failure failure =
      judged(429, exhausted(quota("GenerateRequestsPerMinutePerProjectPerModel-FreeTier"), "48.9s"));
  CHECK(failure.kind == kind::rate_limited);
  CHECK(failure.retry_after == duration{48'900ms});
  CHECK(failure.refused_by == rate::dimension::requests_per_minute);
  CHECK(failure.message
        == "quota GenerateRequestsPerMinutePerProjectPerModel-FreeTier of 15 is used up: "
           "You exceeded.");
  CHECK(judged(429, exhausted(quota("GenerateContentPaidTierInputTokensPerModelPerMinute")))
            .refused_by
        == rate::dimension::tokens_per_minute);
}

TEST_CASE("A quota per day is closed until midnight in California", "[providers]") {
  const call_failure failure =
      judged(429, exhausted(quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier")),
             before_midnight);
  CHECK(failure.kind == kind::quota_exhausted);
  CHECK(failure.retry_after == duration{30min});
  CHECK(failure.refused_by == rate::dimension::requests_per_day);
  CHECK(judged(429, exhausted(quota("InputTokensPerModelPerDay"))).refused_by
        == rate::dimension::tokens_per_day);
  // The day that begins then has 23 hours.
  CHECK(judged(429, exhausted(quota("RequestsPerDay")), before_midnight + 31min).retry_after
        == duration{22h + 59min});
  CHECK(judged(429, exhausted(quota("RequestsPerDay")), before_midnight + 23h + 15min).retry_after
        == duration{15min});
}

TEST_CASE("Of several quotas the longest rules", "[providers]") {
  const std::string both = quota("RequestsPerMinute") + ',' + quota("RequestsPerDay");
  CHECK(judged(429, exhausted(both)).kind == kind::quota_exhausted);
  const std::string never = quota("RequestsPerDay") + ',' + quota("RequestsPerMinute", "0");
  CHECK_THAT(judged(429, exhausted(never)).message,
             Catch::StartsWith("this account has no quota RequestsPerMinute"));
}

TEST_CASE("A limit of zero is a model this account does not have", "[providers]") {
  const std::string told = refusal(429, "RESOURCE_EXHAUSTED",
                                   "* Quota exceeded for metric: g.com/free_tier_requests, limit: "
                                   "0, model: gemini-2.5-pro\\nPlease retry in 8.5s.");
  CHECK(judged(429, told).kind == kind::quota_exhausted);
  CHECK(judged(429, exhausted(quota("RequestsPerMinute", "0"))).kind == kind::quota_exhausted);
}

TEST_CASE("Every recorded error of Google is told as its recorder did", "[providers]") {
  const std::map<std::string, kind> kinds = {{"auth", kind::unauthorized},
                                             {"rate_limit", kind::rate_limited}};
  int seen = 0;
  for (const auto& r : spillway::testing::all_recorded(SPILLWAY_FIXTURES, "gemini")) {
    if (!r.row["error_class"].is_string())
      continue;
    CAPTURE(r.row["id"]);
    const call_failure failure = gemini_failure_of(r.response, {}, secret{});
    CHECK(failure.kind == kinds.at(r.row["error_class"]));
    const auto delay = r.row["error"].value("retry_delay", "");
    CHECK(failure.retry_after.has_value() == !delay.empty());
    ++seen;
  }
  CHECK(seen >= 4);
}

TEST_CASE("An error of Google inside a success is judged by itself", "[providers]") {
  CHECK(judged(200, refusal(503, "UNAVAILABLE", "m")).kind == kind::overloaded);
  CHECK(judged(200, refusal(400, "", "m")).kind == kind::invalid_request);
  CHECK(judged(200, R"({"error":{}})").kind == kind::overloaded);
}

TEST_CASE("A refusal of Google's is short and holds no credential", "[providers]") {
  const call_failure failure = judged(
      400, refusal(400, "INVALID_ARGUMENT",
                   "bad key-of-ours and AIzaSyA-1234 " + std::string(5000, 'x')));
  CHECK(failure.message.size() == bounds::failure_message_bytes_max);
  CHECK_THAT(failure.message, Catch::StartsWith("bad *** and AIza***"));
  CHECK(judged(502, "").message == "HTTP 502 without an explanation");
  CHECK(judged(502, "<html><b>Bad</b> gateway</html>").message == "Bad gateway");
}

TEST_CASE("A delay has a cap, whoever names it", "[providers]") {
  CHECK(judged(429, exhausted(quota("RequestsPerMinute"), "99999s")).retry_after
        == duration{bounds::retry_after_max});
}
