#include "core/bounds.hpp"
#include "providers/failure.hpp"
#include "tests/support/recorded.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace spillway;
using namespace spillway::providers;
using namespace std::chrono_literals;
using kind = failure_kind;

namespace {

using fields = std::map<std::string, std::string>;

call_failure judged(int status, std::string body, const fields& headers = {}) {
  wire::http_response response;
  response.status = status;
  response.body = std::move(body);
  for (const auto& [name, value] : headers)
    response.headers.add(name, value);
  return failure_of(response, wall_time{}, secret{"key-of-ours"});
}

std::string refusal(const std::string& message, const std::string& code = {}) {
  const std::string quoted = code.empty() ? "null" : '"' + code + '"';
  return R"({"error":{"message":")" + message + R"(","code":)" + quoted + "}}";
}

} // namespace

TEST_CASE("A status alone tells the kind", "[providers]") {
  const auto [status, expected] = GENERATE(table<int, kind>({
      {301, kind::malformed_reply},
      {400, kind::invalid_request},
      {401, kind::unauthorized},
      {402, kind::quota_exhausted},
      {403, kind::unauthorized},
      {404, kind::model_unavailable},
      {405, kind::invalid_request},
      {408, kind::overloaded},
      {409, kind::conflict},
      {413, kind::context_too_long},
      {422, kind::invalid_request},
      {425, kind::overloaded},
      {429, kind::rate_limited},
      {500, kind::overloaded},
      {502, kind::overloaded},
      {503, kind::overloaded},
      {504, kind::overloaded},
      {529, kind::overloaded},
  }));
  CAPTURE(status);
  const call_failure failure = judged(status, "");
  CHECK(failure.kind == expected);
  CHECK(failure.http_status == status);
  CHECK_FALSE(failure.message.empty());
  CHECK_FALSE(failure.retry_after.has_value());
}

TEST_CASE("A code says more than the status", "[providers]") {
  const auto [status, code, expected] = GENERATE(table<int, std::string, kind>({
      {429, "insufficient_quota", kind::quota_exhausted},
      {429, "billing_hard_limit_reached", kind::quota_exhausted},
      {429, "rate_limit_exceeded", kind::rate_limited},
      {413, "rate_limit_exceeded", kind::context_too_long},
      {503, "slow_down", kind::overloaded},
      {400, "context_length_exceeded", kind::context_too_long},
      {400, "content_filter", kind::content_filtered},
      {400, "content_policy_violation", kind::content_filtered},
      {400, "invalid_prompt", kind::content_filtered},
      {400, "model_not_found", kind::model_unavailable},
      {400, "invalid_api_key", kind::unauthorized},
      {400, "exceed_context_size_error", kind::context_too_long},
      {400, "moderation_blocked", kind::content_filtered},
      {400, "data_inspection_failed", kind::content_filtered},
      {400, "invalid_model", kind::model_unavailable},
      {400, "model_decommissioned", kind::model_unavailable},
      {400, "model_terms_required", kind::model_unavailable},
      {400, "tool_use_failed", kind::malformed_reply},
      {400, "json_validate_failed", kind::malformed_reply},
      {498, "capacity_exceeded", kind::overloaded},
      {400, "unsupported_parameter", kind::invalid_request},
  }));
  CAPTURE(status, code);
  CHECK(judged(status, refusal("no", code)).kind == expected);
}

TEST_CASE("A code may stand in the type", "[providers]") {
  CHECK(judged(429, R"({"error":{"message":"m","type":"insufficient_quota"}})").kind
        == kind::quota_exhausted);
}

TEST_CASE("A prompt that does not fit is told by its words", "[providers]") {
  const auto words = GENERATE(
      as<std::string>{},
      "This model's maximum context length is 8 tokens. However, you requested 9",
      "Your input exceeds the context window of this model",
      "prompt is too long: 3333404 tokens > 200000 maximum",
      "input length and `max_tokens` exceed context limit: 9 + 9 > 10",
      "The input token count (1250074) exceeds the maximum number of tokens allowed (1048576).",
      "prompt too long; exceeded max context length by 4 tokens",
      "the request exceeds the available context size",
      "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
      "The decoder prompt (length 9) is longer than the maximum model length of 8.",
      "The number of tokens to keep from the initial prompt is greater than the context length",
      "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193",
      "Input is too long for requested model.");
  CAPTURE(words);
  CHECK(judged(400, refusal(words, "invalid_request_error")).kind == kind::context_too_long);
  CHECK(judged(500, refusal(words)).kind == kind::overloaded);
}

TEST_CASE("Money and keys are told by their words too", "[providers]") {
  CHECK(judged(400, refusal("Your credit balance is too low")).kind == kind::quota_exhausted);
  CHECK(judged(400, refusal("API key not valid. Please pass a valid API key.")).kind
        == kind::unauthorized);
}

TEST_CASE("A prompt that a vendor declines is told by its words too", "[providers]") {
  const auto [status, words] = GENERATE(table<int, std::string>({
      {400, "Output blocked by content filtering policy"},
      {403, "Your chosen model requires moderation and your input was flagged"},
      {403, "Content violates usage guidelines. Failed check: x"},
      {400, "Content Exists Risk"},
  }));
  CAPTURE(words);
  CHECK(judged(status, refusal(words)).kind == kind::content_filtered);
}

TEST_CASE("What a router quotes of the server behind it counts", "[providers]") {
  const call_failure failure = judged(
      400, R"({"error":{"message":"Provider returned error","code":400,"metadata":{"raw":
          "{\"error\":{\"message\":\"prompt is too long: 9 tokens > 8 maximum\"}}"}}})");
  CHECK(failure.kind == kind::context_too_long);
  CHECK(failure.message == "Provider returned error: prompt is too long: 9 tokens > 8 maximum");
}

TEST_CASE("The limit that refused is known by the words of each vendor", "[providers]") {
  using rate::dimension;
  const auto [words, limit, expected] = GENERATE(table<std::string, dimension, kind>({
      {"have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry",
       dimension::tokens_per_minute, kind::rate_limited},
      {"have exceeded call rate limit of your current OpenAI S0 pricing tier",
       dimension::requests_per_minute, kind::rate_limited},
      {"Rate limit exceeded: free-models-per-min. ", dimension::requests_per_minute,
       kind::rate_limited},
      {"Rate limit exceeded: free-models-per-day. ", dimension::requests_per_day,
       kind::quota_exhausted},
      {"on tokens per day (TPD): Limit 9, Used 9, Requested 3. Please try again in 28m48.5s.",
       dimension::tokens_per_day, kind::quota_exhausted},
      {"Number of request tokens has exceeded your per-minute rate limit",
       dimension::tokens_per_minute, kind::rate_limited},
      {"Number of request tokens has exceeded your daily rate limit", dimension::tokens_per_day,
       kind::quota_exhausted},
      {"Number of requests has exceeded your per-minute rate limit",
       dimension::requests_per_minute, kind::rate_limited},
  }));
  CAPTURE(words);
  const call_failure failure = judged(429, refusal(words));
  CHECK(failure.refused_by == limit);
  CHECK(failure.kind == expected);
}

TEST_CASE("Which quota a 429 means decides whether waiting helps", "[providers]") {
  const auto [body, expected] = GENERATE(table<std::string, kind>({
      {R"([{"error":{"code":429,"message":"You exceeded your current quota. Please retry in 48.9s.",
          "details":[{"quotaId":"GenerateRequestsPerMinutePerProject"},{"retryDelay":"48s"}]}}])",
       kind::rate_limited},
      {R"([{"error":{"code":429,"message":"You exceeded your current quota. Please retry in 8.9s.",
          "details":[{"quotaId":"GenerateRequestsPerDayPerProject"},{"retryDelay":"8s"}]}}])",
       kind::quota_exhausted},
      {refusal("Quota exceeded for metric: m, limit: 0, model: x"), kind::quota_exhausted},
      {refusal("Rate limit reached on requests per day (RPD): Limit 200, Used 200, Requested 1. "
               "Please try again in 7m12s.",
               "rate_limit_exceeded"),
       kind::quota_exhausted},
      {refusal("Rate limit reached on requests per day (RPD): Limit 10000, Used 10000, Requested "
               "1. Please try again in 8.64s.",
               "rate_limit_exceeded"),
       kind::rate_limited},
      {refusal("Rate limit reached on tokens per min (TPM). Please try again in 9m.",
               "rate_limit_exceeded"),
       kind::rate_limited},
  }));
  CAPTURE(body);
  CHECK(judged(429, body).kind == expected);
}

TEST_CASE("The wait is taken from the most exact source", "[providers]") {
  const std::string body =
      refusal("Limit 30000, Used 20122. Please try again in 16.782s. Visit us.");
  const fields all = {{"retry-after-ms", "1500"}, {"Retry-After", "20"}};
  CHECK(judged(429, body, all).retry_after == duration{1500ms});
  CHECK(judged(429, body, {{"retry-after", "20"}}).retry_after == duration{20s});
  CHECK(judged(429, body, {{"retry-after-ms", "x"}, {"retry-after", "20"}}).retry_after
        == duration{20s});
  CHECK(judged(429, body, {{"retry-after", "soon"}}).retry_after == duration{16782ms});
  CHECK(judged(503, "", {{"retry-after", "Thu, 01 Jan 1970 00:00:30 GMT"}}).retry_after
        == duration{30s});
  CHECK(judged(429, refusal("Please try again in 6m0s.")).retry_after == duration{6min});
  CHECK(judged(429, refusal("Please retry in 48.9s.")).retry_after == duration{48900ms});
  CHECK(judged(429, refusal("Please retry after 21 seconds. Please go")).retry_after
        == duration{21s});
  CHECK(judged(429, refusal("Please try again in 1 second.")).retry_after == duration{1s});
  CHECK(judged(429, R"({"error":{"details":[{"retryDelay":"34.4s"}]}})").retry_after
        == duration{34400ms});
  CHECK_FALSE(judged(429, refusal("Please try again in a moment.")).retry_after.has_value());
}

TEST_CASE("A wait has a cap", "[providers]") {
  CHECK(judged(429, "", {{"retry-after", "999999999"}}).retry_after
        == duration{bounds::retry_after_max});
}

TEST_CASE("The vendor's advice outranks the status, not the code", "[providers]") {
  const fields yes = {{"x-should-retry", "true"}};
  const fields no = {{"x-should-retry", "false"}};
  CHECK(judged(400, "", yes).kind == kind::overloaded);
  CHECK(judged(401, "", yes).kind == kind::unauthorized);
  CHECK(judged(429, refusal("m", "insufficient_quota"), yes).kind == kind::quota_exhausted);
  CHECK(judged(429, "", no).kind == kind::quota_exhausted);
  CHECK(judged(500, "", no).kind == kind::model_unavailable);
  CHECK(judged(409, "", no).kind == kind::model_unavailable);
  CHECK(judged(400, refusal("m", "context_length_exceeded"), no).kind == kind::context_too_long);
}

TEST_CASE("An error inside a success is judged by itself", "[providers]") {
  CHECK(judged(200, refusal("m", "insufficient_quota")).kind == kind::quota_exhausted);
  CHECK(judged(200, R"({"error":{"message":"m","code":429}})").kind == kind::rate_limited);
  CHECK(judged(200, R"({"error":{"message":"m","code":502}})").kind == kind::overloaded);
  CHECK(judged(200, R"({"error":{"message":"m","type":"invalid_request_error"}})").kind
        == kind::invalid_request);
  CHECK(judged(200, R"({"error":"m"})").kind == kind::overloaded);
}

TEST_CASE("Every recorded error is told as its recorder did", "[providers]") {
  const std::map<std::string, kind> kinds = {{"auth", kind::unauthorized},
                                             {"context_length", kind::context_too_long},
                                             {"bad_request", kind::invalid_request},
                                             {"not_found", kind::model_unavailable}};
  int seen = 0;
  for (const auto& r : spillway::testing::all_recorded(SPILLWAY_FIXTURES, "openai")) {
    if (!r.row["error_class"].is_string())
      continue;
    CAPTURE(r.row["id"]);
    CHECK(failure_of(r.response, wall_time{}, secret{}).kind == kinds.at(r.row["error_class"]));
    ++seen;
  }
  CHECK(seen >= 4);
}

TEST_CASE("A message is short and holds no credential", "[providers]") {
  const call_failure failure =
      judged(401, refusal("Incorrect API key provided: sk-proj-ab***********wxyz and key-of-ours. "
                          + std::string(5000, 'x')));
  CHECK(failure.message.size() == bounds::failure_message_bytes_max);
  CHECK_THAT(failure.message, Catch::StartsWith("Incorrect API key provided: sk-*** and ***."));
}

TEST_CASE("An answer that its server broke off is none", "[providers]") {
  const auto judged_by = [](const char* native) {
    chat_reply reply;
    reply.finish_native = native;
    return failure_in(reply);
  };
  for (const char* native : {"error", "abort", "network_error", "insufficient_system_resource"}) {
    const auto failure = judged_by(native);
    REQUIRE(failure);
    CHECK(failure->kind == kind::interrupted);
    CHECK_THAT(failure->message, Catch::EndsWith(native));
  }
  for (const char* native :
       {"function_call_filter: MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL"})
    CHECK(judged_by(native)->kind == kind::malformed_reply);
  for (const char* native : {"", "stop", "content_filter", "new_word"})
    CHECK_FALSE(judged_by(native));
}

TEST_CASE("A reply that could not be read says why", "[providers]") {
  const call_failure failure = malformed_reply(200, "choices[0] must be an object");
  CHECK(failure.kind == kind::malformed_reply);
  CHECK(failure.http_status == 200);
  CHECK(failure.message == "choices[0] must be an object");
}
