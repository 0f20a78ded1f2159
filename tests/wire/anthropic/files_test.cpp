#include "wire/anthropic/batch.hpp"
#include "wire/anthropic/count_reply.hpp"
#include "wire/anthropic/error_body.hpp"
#include "wire/anthropic/model_list.hpp"
#include "wire/anthropic/model_traits.hpp"
#include "wire/anthropic/rate_headers.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using namespace spillway::wire::anthropic;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

chat_request greeting(std::string text) {
  chat_request request;
  request.messages.emplace_back().text = std::move(text);
  return request;
}

} // namespace

TEST_CASE("A count is read and written", "[wire][anthropic]") {
  CHECK(*decode_count_reply(encode_count_reply(token_count{17})) == token_count{17});
  CHECK(decode_count_reply("{}").failure().message == "input_tokens must be a number of tokens");
  CHECK_FALSE(decode_count_reply(R"({"input_tokens":-4})"));
  CHECK_FALSE(decode_count_reply("[]"));
}

TEST_CASE("A list of models tells their limits", "[wire][anthropic]") {
  const auto page = decode_model_list(R"({"data":[
    {"type":"model","id":"claude-opus-5","display_name":"Claude Opus 5","lifecycle":"active",
     "max_input_tokens":1000000,"max_tokens":128000,"capabilities":{"batch":{"supported":true}}},
    {"type":"model","id":"claude-2","lifecycle":"retired","max_input_tokens":null}],
    "has_more":true,"first_id":"claude-opus-5","last_id":"claude-2"})");
  REQUIRE(page);
  REQUIRE(page->models.size() == 2);
  CHECK(page->models[0]
        == listed_model{"claude-opus-5", "Claude Opus 5", token_count{1'000'000},
                        token_count{128'000}});
  CHECK(page->models[1].retired);
  CHECK(page->next_after == "claude-2");
  const auto again = decode_model_list(encode_model_list(page->models));
  REQUIRE(again);
  CHECK(again->models[0] == page->models[0]);
  CHECK(again->next_after.empty());
  CHECK(json::parse(encode_model_list({}))["first_id"].is_null());
  CHECK(decode_model_list(R"({"data":[{}]})").failure().message
        == "data[0].id is missing; expected a string");
  CHECK(decode_model_list("{}").failure().message == "data must be an array");
}

TEST_CASE("A batch's requests are lines, and become one body", "[wire][anthropic]") {
  const batch_request first{"a", "claude-sonnet-4-5", greeting("hi")};
  const batch_request second{"b", "claude-opus-5", greeting("ho")};
  const auto line = [](const batch_request& r, std::int64_t output_max) {
    return encode_batch_line(r.custom_id,
                             encode_chat_request(r.request, r.model, token_count{output_max},
                                                 {traits_of(r.model)}));
  };
  const std::string file = line(first, 50) + "\r\n" + line(second, 60);
  const auto read = decode_batch_lines(file);
  REQUIRE(read);
  REQUIRE(read->size() == 2);
  CHECK((*read)[0].custom_id == "a");
  CHECK((*read)[1].model == "claude-opus-5");
  CHECK((*read)[1].request.messages[0].text == "ho");
  CHECK((*read)[1].request.output_tokens_max == token_count{60});
  const json body = json::parse(*encode_batch(file));
  CHECK(body["requests"][1]["params"]["max_tokens"] == 60);
}

TEST_CASE("A line that makes no sense is refused by its number and path", "[wire][anthropic]") {
  CHECK(decode_batch_lines("\n{\"params\":{}}").failure().message
        == "line 2: custom_id is missing; expected a string");
  CHECK(decode_batch_lines(R"({"custom_id":"a","params":{"model":"m","messages":[]}})")
            .failure()
            .message
        == "line 1: in params: messages must hold at least one message");
  CHECK(encode_batch("7").failure().message == "line 1: must be a JSON object");
  CHECK_FALSE(decode_batch_results("{"));
  CHECK(decode_batch_results(R"({"custom_id":"a","result":{"type":"lost"}})").failure().message
        == "line 1: result.type must be succeeded, errored, canceled or expired");
  CHECK(decode_batch_results(R"({"custom_id":"a","result":{"type":"succeeded"}})").failure().message
        == "line 1: result.message is missing; expected an object");
  CHECK(decode_batch_results(R"({"custom_id":"a","result":{"type":"succeeded","message":{"x":1}}})")
            .failure()
            .message
        == "line 1: in result.message: content is missing; expected an array");
}

TEST_CASE("A batch's results come in any order and of any kind", "[wire][anthropic]") {
  chat_reply reply;
  reply.message.role = chat_role::assistant;
  reply.message.text = "hi";
  reply.provider_request_id = "msg_1";
  reply.usage.input = token_count{5};
  reply.usage.output = token_count{2};
  reply.usage.tier = service_tier::batch;
  const std::string file =
      encode_batch_result({"b", batch_outcome::succeeded, reply, {}})
      + encode_batch_result({"a", batch_outcome::errored, {}, {"invalid_request_error", "no", {}}})
      + encode_batch_result({"c", batch_outcome::expired, {}, {}});
  const auto results = decode_batch_results(file);
  REQUIRE(results);
  REQUIRE(results->size() == 3);
  CHECK((*results)[0].custom_id == "b");
  CHECK((*results)[0].reply->message.text == "hi");
  CHECK((*results)[0].reply->usage.tier == service_tier::batch);
  CHECK((*results)[1].why == error_body{"invalid_request_error", "no", {}});
  CHECK((*results)[2].outcome == batch_outcome::expired);
}

TEST_CASE("A batch tells how far it is", "[wire][anthropic]") {
  const auto status = decode_batch_status(R"({"id":"msgbatch_1","type":"message_batch",
    "processing_status":"ended","request_counts":{"processing":0,"succeeded":7,"errored":1,
    "canceled":0,"expired":2},"results_url":"https://x/results"})");
  REQUIRE(status);
  CHECK(status->ended);
  CHECK(status->succeeded == 7);
  CHECK(status->expired == 2);
  CHECK(status->results_url == "https://x/results");
  CHECK(decode_batch_status(R"({"id":"x"})").failure().message
        == "processing_status is missing; expected a string");
}

TEST_CASE("An error body is read in any shape and written in the vendor's", "[wire][anthropic]") {
  const error_body busy{"overloaded_error", "Overloaded", "req_1"};
  CHECK(decode_error_body(encode_error_body(busy)) == busy);
  CHECK(json::parse(encode_error_body(busy))["type"] == "error");
  CHECK(decode_error_body("gateway down").message == "gateway down");
  CHECK(decode_error_body(R"({"error":"text"})").message == "text");
  CHECK(decode_error_body("[]").message == "[]");
  CHECK(error_type_of(429) == "rate_limit_error");
  CHECK(error_type_of(503) == "api_error");
  CHECK(error_type_of(422) == "invalid_request_error");
  CHECK(status_of_type("overloaded_error") == 529);
  CHECK(status_of_type("server_error") == 0);
}

TEST_CASE("Rate headers are counted from the reply's own date", "[wire][anthropic]") {
  spillway::wire::http_headers headers;
  headers.add("Date", "Wed, 19 Aug 2026 14:34:20 GMT");
  headers.add("anthropic-ratelimit-requests-limit", "1000");
  headers.add("anthropic-ratelimit-requests-remaining", "999");
  headers.add("anthropic-ratelimit-requests-reset", "2026-08-19T14:34:19Z");
  headers.add("anthropic-ratelimit-input-tokens-limit", "200000");
  headers.add("anthropic-ratelimit-input-tokens-remaining", "141000");
  headers.add("anthropic-ratelimit-input-tokens-reset", "2026-08-19T14:34:38Z");
  headers.add("anthropic-ratelimit-output-tokens-limit", "-5");
  headers.add("anthropic-ratelimit-tokens-limit", "300000");
  const rate::observed_limits limits = decode_rate_headers(headers);
  CHECK(limits.requests_limit == 1000);
  CHECK(limits.requests_remaining == 999);
  CHECK(limits.requests_reset == duration{0s});
  CHECK(limits.input_tokens_remaining == 141'000);
  CHECK(limits.input_tokens_reset == duration{18s});
  CHECK_FALSE(limits.output_tokens_limit.has_value());
  CHECK_FALSE(limits.tokens_limit.has_value());
  CHECK(decode_rate_headers({}) == rate::observed_limits{});
}

TEST_CASE("Rate headers without a date have no resets, and only a total is a total",
          "[wire][anthropic]") {
  spillway::wire::http_headers headers;
  headers.add("anthropic-ratelimit-tokens-limit", "300000");
  headers.add("anthropic-ratelimit-tokens-remaining", "1");
  headers.add("anthropic-ratelimit-tokens-reset", "2026-08-19T14:34:38Z");
  const rate::observed_limits limits = decode_rate_headers(headers);
  CHECK(limits.tokens_limit == 300'000);
  CHECK_FALSE(limits.tokens_reset.has_value());
}

TEST_CASE("Rate headers are written as they are read", "[wire][anthropic]") {
  rate::observed_limits limits;
  limits.requests_limit = 50;
  limits.requests_remaining = 49;
  limits.requests_reset = 1200ms;
  limits.output_tokens_limit = 8'000;
  spillway::wire::http_headers headers;
  encode_rate_headers(limits, wall_time{} + 24h, headers);
  CHECK(headers.find("anthropic-ratelimit-requests-reset") == "1970-01-02T00:00:02Z");
  headers.add("date", "Fri, 02 Jan 1970 00:00:00 GMT");
  limits.requests_reset = 2s;
  CHECK(decode_rate_headers(headers) == limits);
}

TEST_CASE("A model is known by its family and version, whatever stands around them",
          "[wire][anthropic]") {
  CHECK(traits_of("claude-3-5-sonnet-20241022").thinking == thinking_form::none);
  CHECK(traits_of("claude-3-7-sonnet-latest").thinking == thinking_form::budget);
  CHECK(traits_of("claude-opus-4-20250514").output_max == token_count{32'000});
  CHECK(traits_of("claude-sonnet-4-0").output_max == token_count{64'000});
  CHECK(traits_of("claude-sonnet-4@20250514").thinking == thinking_form::budget);
  CHECK(traits_of("anthropic.claude-opus-4-8-v1").system_turns);
  CHECK(traits_of("claude-opus-4-5-20251101").effort_most == reasoning_effort::high);
  CHECK_FALSE(traits_of("claude-sonnet-5-5").forced_tools);
  CHECK(traits_of("claude-sonnet-5").forced_tools);
  CHECK(traits_of("claude-opus-4-9").thinking == thinking_form::adaptive);
  CHECK_FALSE(traits_of("claude-unheard-of-7").sampling);
  CHECK(traits_of("deepseek-chat").sampling);
  CHECK_FALSE(traits_of("deepseek-chat").json_schema);
}

TEST_CASE("A dated name is a snapshot of the plain one, a later version is not",
          "[wire][anthropic]") {
  CHECK(is_snapshot_of("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"));
  CHECK(is_snapshot_of("claude-sonnet-4-20250514", "claude-sonnet-4-0"));
  CHECK(is_snapshot_of("claude-3-7-sonnet-20250219", "claude-3-7-sonnet-latest"));
  CHECK(is_snapshot_of("claude-opus-5", "claude-opus-5-20260701"));
  CHECK_FALSE(is_snapshot_of("claude-fable-5-1", "claude-fable-5"));
  CHECK_FALSE(is_snapshot_of("claude-opus-5", "claude-sonnet-5"));
}
