#include "tests/simulator/provider_bench.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace spillway;
using namespace spillway::simulator;
using namespace spillway::simulator::testing;
using nlohmann::json;
using state = transport::http_body::state;

namespace {

const std::string model = "claude-haiku-4-5";

json hello() {
  return {{"model", model},
          {"max_tokens", 2000},
          {"messages", {{{"role", "user"}, {"content", "Hello there."}}}}};
}

wire::http_request post(const json& body, const std::string& path = "/v1/messages") {
  wire::http_request request{"POST", path, {}, body.dump()};
  request.headers.add("x-api-key", "anything");
  request.headers.add("anthropic-version", "2023-06-01");
  return request;
}

provider_options serving(quota_rules quota = {}) {
  provider_options options;
  options.models[model].quota = std::move(quota);
  return options;
}

provider_options faulty(fault_kind kind, std::optional<std::size_t> after_events = {}) {
  provider_options options = serving();
  fault_rule rule;
  rule.kind = kind;
  rule.last = 1;
  rule.after_events = after_events;
  options.faults = {rule};
  return options;
}

std::string refusal_of(bench& b, const json& body) {
  const auto response = b.exchange(post(body));
  CHECK(response.status == 400);
  const json error = json::parse(response.body);
  CHECK(error["type"] == "error");
  CHECK(error["error"]["type"] == "invalid_request_error");
  return error["error"]["message"];
}

/// The types of a stream's events, in order.
std::vector<std::string> types_in(const std::string& bytes) {
  std::vector<std::string> types;
  const std::string field = "event: ";
  for (std::size_t at = bytes.find(field); at != std::string::npos; at = bytes.find(field, at + 1))
    types.push_back(bytes.substr(at + field.size(), bytes.find('\n', at) - at - field.size()));
  return types;
}

json with_tools(json body) {
  body["tools"] = json::parse(R"([{"name":"list_files","description":"lists files","input_schema":
      {"type":"object","properties":{"path":{"type":"string"}}}}])");
  return body;
}

} // namespace

TEST_CASE("Anthropic answers in its own shape") {
  bench b{serving()};
  const auto response = b.exchange(post(hello()));
  REQUIRE(response.status == 200);
  CHECK(response.headers.find("request-id").starts_with("req_"));
  const json body = json::parse(response.body);
  CHECK(body["type"] == "message");
  CHECK(body["id"].get<std::string>().starts_with("msg_01"));
  CHECK(body["stop_reason"] == "end_turn");
  CHECK(body["content"][0]["type"] == "text");
  CHECK(body["usage"]["input_tokens"].get<int>() > 0);
  CHECK(body["usage"]["output_tokens"].get<int>() > 0);
}

TEST_CASE("Anthropic streams the same answer block by block") {
  bench b{serving()};
  const std::string whole = json::parse(b.exchange(post(hello())).body)["content"][0]["text"];
  json body = hello();
  body["stream"] = true;
  const auto sent = b.streamed(post(body));
  CHECK(sent.end == state::finished);
  const auto types = types_in(sent.bytes);
  REQUIRE(types.size() > 5);
  CHECK(types.front() == "message_start");
  CHECK(types[1] == "ping");
  CHECK(types[2] == "content_block_start");
  CHECK(types.back() == "message_stop");
  CHECK(b.statistics().models.at(model).answered == 2);
}

TEST_CASE("Anthropic's paths, version and credentials are checked as it does") {
  bench b{serving()};
  wire::http_request no_key{"POST", "/v1/messages", {}, hello().dump()};
  no_key.headers.add("anthropic-version", "2023-06-01");
  CHECK(b.exchange(no_key).status == 401);
  wire::http_request no_version{"POST", "/v1/messages", {}, hello().dump()};
  no_version.headers.add("x-api-key", "k");
  CHECK(b.exchange(no_version).status == 400);
  json unknown = hello();
  unknown["model"] = "claude-none";
  CHECK(b.exchange(post(unknown)).status == 404);
  CHECK(b.exchange(post(hello(), "/v1/complete")).status == 404);
  wire::http_request list{"GET", "/v1/models", {}, {}};
  list.headers.add("x-api-key", "k");
  list.headers.add("anthropic-version", "2023-06-01");
  CHECK(json::parse(b.exchange(std::move(list)).body)["data"][0]["id"] == model);
  json counted = hello();
  counted.erase("max_tokens");
  CHECK(json::parse(b.exchange(post(counted, "/v1/messages/count_tokens")).body)["input_tokens"]
        == 6);
}

TEST_CASE("Anthropic tells its limits in headers and refuses with a wait") {
  quota_rules quota;
  quota.requests_per_minute = 1;
  quota.tokens_per_minute = 20'000;
  quota.charge = charge_formula::input_only;
  bench b{serving(quota)};
  const auto first = b.exchange(post(hello()));
  CHECK(first.headers.find("anthropic-ratelimit-requests-limit") == "1");
  CHECK(first.headers.find("anthropic-ratelimit-requests-remaining") == "0");
  CHECK(first.headers.find("anthropic-ratelimit-input-tokens-remaining") == "20000");
  CHECK(first.headers.find("date") == "Tue, 24 Nov 2026 00:00:00 GMT");
  const auto second = b.exchange(post(hello()));
  CHECK(second.status == 429);
  CHECK(json::parse(second.body)["error"]["type"] == "rate_limit_error");
  CHECK_THAT(second.body, Catch::Contains("of 1 requests per minute"));
  b.time.run_for(std::stoll(std::string{second.headers.find("retry-after")}) * 1s);
  CHECK(b.exchange(post(hello())).status == 200);
}

TEST_CASE("Anthropic tells of prompts and replies apart, and of replies what was written") {
  quota_rules quota;
  quota.input_tokens_per_minute = 50'000;
  quota.output_tokens_per_minute = 10'000;
  bench b{serving(quota)};
  json long_answer = hello();
  long_answer["max_tokens"] = 60'000; // takes nothing by itself
  const auto first = b.exchange(post(long_answer));
  CHECK(first.status == 200);
  CHECK(first.headers.find("anthropic-ratelimit-input-tokens-limit") == "50000");
  CHECK(first.headers.find("anthropic-ratelimit-output-tokens-limit") == "10000");
  CHECK(first.headers.find("anthropic-ratelimit-output-tokens-remaining") == "10000");
  CHECK_FALSE(first.headers.find("anthropic-ratelimit-output-tokens-reset").empty());

  quota.output_tokens_per_minute = 5;
  bench tight{serving(quota)};
  CHECK(tight.exchange(post(hello())).status == 200);
  const auto refused = tight.exchange(post(hello()));
  CHECK(refused.status == 429);
  CHECK_THAT(refused.body, Catch::Contains("of 5 output tokens per minute"));
  CHECK_FALSE(refused.headers.find("retry-after").empty());
}

TEST_CASE("Each of Anthropic's errors has its status and its type") {
  const struct {
    fault_kind kind;
    int status;
    const char* type;
  } rows[] = {
      {fault_kind::rate_limited, 429, "rate_limit_error"},
      {fault_kind::quota_exhausted, 400, "invalid_request_error"},
      {fault_kind::server_error, 500, "api_error"},
      {fault_kind::overloaded, 529, "overloaded_error"},
      {fault_kind::unauthorized, 401, "authentication_error"},
      {fault_kind::model_not_found, 404, "not_found_error"},
      {fault_kind::context_too_long, 400, "invalid_request_error"},
  };
  for (const auto& row : rows) {
    INFO(to_string(row.kind));
    bench b{faulty(row.kind)};
    const auto response = b.exchange(post(hello()));
    CHECK(response.status == row.status);
    CHECK(json::parse(response.body)["error"]["type"] == row.type);
    CHECK(b.exchange(post(hello())).status == 200);
  }
}

TEST_CASE("A stream of Anthropic's fails with an event of its own") {
  json body = hello();
  body["stream"] = true;
  bench b{faulty(fault_kind::error_in_stream, 4)};
  const auto failed = b.streamed(post(body));
  CHECK(failed.end == state::finished);
  const auto types = types_in(failed.bytes);
  REQUIRE(types.size() == 6); // the third write opens a block and fills it
  CHECK(types.back() == "error");
  CHECK_THAT(failed.bytes, Catch::Contains("overloaded_error"));
  bench c{faulty(fault_kind::truncated_body, 4)};
  CHECK(c.streamed(post(body)).end == state::aborted);
}

TEST_CASE("What does not fit a context is refused by prompt and by reply") {
  provider_options options = serving();
  options.models[model].context_tokens = token_count{2000};
  bench b{options};
  json body = hello();
  CHECK_THAT(refusal_of(b, body), Catch::Contains("6 + 2000 > 2000"));
  body["messages"][0]["content"] = std::string(20'000, 'x');
  CHECK_THAT(refusal_of(b, body), Catch::StartsWith("prompt is too long: "));
}

TEST_CASE("Calls and results must go together") {
  bench b{serving()};
  json body = with_tools(hello());
  body["messages"][0]["content"] = "look around";
  const json turn = json::parse(b.exchange(post(body)).body);
  REQUIRE(turn["stop_reason"] == "tool_use");
  json call;
  for (const json& block : turn["content"])
    if (block["type"] == "tool_use")
      call = block;
  CHECK(call["id"].get<std::string>().starts_with("toolu_01"));
  body["messages"].push_back({{"role", "assistant"}, {"content", turn["content"]}});
  CHECK_THAT(refusal_of(b, body), Catch::Contains("without `tool_result` blocks immediately after"));
  json answered = body;
  answered["messages"].push_back(
      {{"role", "user"},
       {"content",
        {{{"type", "tool_result"}, {"tool_use_id", call["id"]}, {"content", "a.txt"}}}}});
  CHECK(b.exchange(post(answered)).status == 200);
  answered["messages"][2]["content"][0]["tool_use_id"] = "toolu_other";
  CHECK_THAT(refusal_of(b, answered), Catch::Contains("unexpected `tool_use_id`"));
}

TEST_CASE("A thought is given to who asks, and comes back signed or not at all") {
  bench b{serving()};
  json body = hello();
  body["max_tokens"] = 4000;
  body["thinking"] = {{"type", "enabled"}, {"budget_tokens", 1024}};
  json turn = json::parse(b.exchange(post(body)).body);
  REQUIRE(turn["content"][0]["type"] == "thinking");
  CHECK_FALSE(turn["content"][0]["signature"].get<std::string>().empty());
  body["messages"].push_back({{"role", "assistant"}, {"content", turn["content"]}});
  body["messages"].push_back({{"role", "user"}, {"content", "And then?"}});
  CHECK(b.exchange(post(body)).status == 200);
  body["messages"][1]["content"][0]["thinking"] = "Something else.";
  CHECK_THAT(refusal_of(b, body), Catch::Contains("Invalid `signature`"));
}

TEST_CASE("What a Claude does not take is refused in the vendor's words") {
  bench b{serving()};
  const auto refused = [&](const char* member, json value) {
    json body = hello();
    body[member] = std::move(value);
    return refusal_of(b, body);
  };
  CHECK_THAT(refused("frequency_penalty", 1), Catch::Contains("Extra inputs are not permitted"));
  CHECK_THAT(refused("max_tokens", 1'000'000), Catch::Contains("which is the maximum allowed"));
  CHECK_THAT(refused("messages", {{{"role", "user"}, {"content", " "}}}),
             Catch::Contains("non-whitespace text"));
  CHECK_THAT(refused("messages", {{{"role", "assistant"}, {"content", "Hello"}}}),
             Catch::Contains("first message must use the \"user\" role"));
  CHECK_THAT(refused("thinking", {{"type", "enabled"}, {"budget_tokens", 4096}}),
             Catch::Contains("`max_tokens` must be greater"));
}
