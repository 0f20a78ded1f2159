#include "wire/decoded_body_json.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using nlohmann::json;
using namespace std::chrono_literals;

namespace {

json encoded(const report::decoded_body& body) {
  return json::parse(wire::encode_decoded_body(body));
}

} // namespace

TEST_CASE("A decoded reply is written with all its parts", "[wire]") {
  report::decoded_body body;
  body.reply.message.text = "hi";
  body.reply.message.reasoning = {{"first", "sig", {}}, {{}, {}, "secret"}, {"then", {}, {}}};
  body.reply.message.tool_calls = {{"c1", "f", R"({"x":2})"}, {"c2", "g", ""}};
  body.reply.finish = finish_reason::tool_calls;
  body.reply.finish_native = "stop";
  body.reply.model_reported = "m-1";
  body.reply.usage = {token_count{10}, token_count{4}, token_count{3}, token_count{5},
                      token_count{2}};
  body.cost = nano_usd{4'875'000};
  CHECK(encoded(body) == json::parse(R"({"text":"hi","reasoning_text":"first\nthen",
    "tool_calls":[{"id":"c1","name":"f","arguments":"{\"x\":2}"},
                  {"id":"c2","name":"g","arguments":"{}"}],
    "finish_reason":"tool_calls","finish_native":"stop","model":"m-1",
    "usage":{"input":10,"cached":4,"cache_write":3,"output":5,"reasoning":2},
    "cost_usd":0.004875,"error":null})"));
}

TEST_CASE("What was not told is null", "[wire]") {
  report::decoded_body body;
  body.reply.message.text = "partial";
  body.reply.usage.estimated = true;
  body.failure = call_failure{failure_kind::interrupted, 200, "cut", std::nullopt};
  CHECK(encoded(body) == json::parse(R"({"text":"partial","reasoning_text":"","tool_calls":[],
    "finish_reason":null,"finish_native":null,"model":null,"usage":null,"cost_usd":null,
    "error":{"kind":"interrupted","message":"cut","retry_after_s":null,"limit_scope":null}})"));
}

TEST_CASE("A refusal is written with its wait and the limit it names", "[wire]") {
  report::decoded_body body;
  body.failure = call_failure{failure_kind::rate_limited, 429, "slow", 16'782ms,
                              rate::dimension::tokens_per_minute};
  CHECK(encoded(body)["error"]["retry_after_s"] == 16.782);
  CHECK(encoded(body)["error"]["limit_scope"] == "tokens_per_minute");
  body.failure = call_failure{failure_kind::quota_exhausted, 429, "broke", std::nullopt};
  CHECK(encoded(body)["error"]["limit_scope"] == "account");
}
