#include "simulator/provider.hpp"
#include "tests/simulator/provider_bench.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <optional>
#include <string>

using namespace spillway;
using namespace spillway::simulator;
using namespace spillway::simulator::testing;
using namespace std::chrono_literals;
using nlohmann::json;
using transport::http_connection_fault;
using transport::http_server_reply;

namespace {

const std::string hello = R"({"model":"m","messages":[{"role":"user","content":"Hello there."}]})";

wire::http_request post(std::string body, bool authorized = true) {
  wire::http_request request{"POST", "/v1/chat/completions", {}, std::move(body)};
  if (authorized)
    request.headers.add("authorization", "Bearer anything");
  return request;
}

provider_options limited(quota_rules quota) {
  provider_options options;
  options.models["m"].quota = quota;
  return options;
}

provider_options faulty(fault_kind kind, std::optional<duration> retry_after = {}) {
  provider_options options;
  fault_rule rule;
  rule.kind = kind;
  rule.last = 1;
  rule.retry_after = retry_after;
  options.faults = {rule};
  return options;
}

json error_of(const wire::http_response& response) {
  return json::parse(response.body).at("error");
}

} // namespace

TEST_CASE("a completion has the vendor's shape, headers and usage") {
  bench b{limited({500,
                   30'000,
                   {},
                   {},
                   window_kind::token_bucket,
                   charge_formula::input_plus_output_max,
                   true})};
  const auto response = b.exchange(post(hello));
  CHECK(response.status == 200);
  CHECK(response.headers.find("content-type") == "application/json");
  CHECK(response.headers.find("openai-processing-ms") == "100");
  CHECK(response.headers.find("x-request-id").substr(0, 4) == "req_");
  CHECK(response.headers.find("x-ratelimit-limit-requests") == "500");
  CHECK(response.headers.find("x-ratelimit-remaining-requests") == "499");
  CHECK(response.headers.find("x-ratelimit-reset-requests") == "120ms");
  // "Hello there." is 12 bytes: 3 tokens and 3 of framing.
  CHECK(response.headers.find("x-ratelimit-remaining-tokens") == "29994");
  CHECK(response.headers.find("x-ratelimit-reset-tokens") == "12ms");
  const json body = json::parse(response.body);
  CHECK(body["object"] == "chat.completion");
  CHECK(body["model"] == "m");
  CHECK(body["created"] == 1'795'478'400);
  CHECK(body["id"].get<std::string>().substr(0, 9) == "chatcmpl-");
  CHECK(body["choices"][0]["finish_reason"] == "stop");
  CHECK(body["choices"][0]["message"]["role"] == "assistant");
  CHECK_FALSE(body["choices"][0]["message"]["content"].get<std::string>().empty());
  CHECK(body["usage"]["prompt_tokens"] == 6);
  CHECK(body["usage"]["total_tokens"]
        == 6 + body["usage"]["completion_tokens"].get<std::int64_t>());
}

TEST_CASE("tool calls arrive in the vendor's shape") {
  bench b;
  const auto response = b.exchange(post(R"({"model":"m","messages":[{"role":"user","content":"x"}],
      "tools":[{"type":"function","function":{"name":"list_files"}}]})"));
  const json choice = json::parse(response.body)["choices"][0];
  CHECK(choice["finish_reason"] == "tool_calls");
  CHECK(choice["message"]["content"].is_null());
  const json call = choice["message"]["tool_calls"][0];
  CHECK(call["type"] == "function");
  CHECK(call["function"]["name"] == "list_files");
  CHECK(call["function"]["arguments"] == "{}");
}

TEST_CASE("the answer takes its latency, and nothing happens inside the handler") {
  bench b;
  const auto arrived = b.send(post(hello));
  CHECK_FALSE(*arrived);
  CHECK(b.time.waiting() == 1);
  b.time.run_for(99ms);
  CHECK_FALSE(*arrived);
  b.time.run_for(1ms);
  CHECK(*arrived);
}

TEST_CASE("routes, methods and authorization are checked in that order") {
  bench b;
  const auto status = [&](const char* method, const char* target, bool authorized = true) {
    auto request = post("", authorized);
    request.method = method;
    request.target = target;
    return b.exchange(std::move(request));
  };
  CHECK(status("GET", "/v1/nowhere").status == 404);
  CHECK(status("GET", "/").status == 404);
  const auto method = status("GET", "/v1/chat/completions");
  CHECK(method.status == 405);
  CHECK(method.headers.find("allow") == "POST");
  CHECK(status("POST", "/v1/models").status == 405);
  CHECK(status("POST", "/v1/chat/completions", false).status == 401);
  CHECK(status("GET", "/v1/models", false).status == 401);
  const auto models = status("GET", "/v1/models?limit=5");
  CHECK(models.status == 200);
  CHECK(json::parse(models.body)["data"][0]["id"] == "m");
  CHECK(b.statistics().unauthorized == 2);
  CHECK(b.statistics().not_found == 2);
}

TEST_CASE("authorization needs a bearer token, unless it is not asked for") {
  for (const char* value : {"", "Bearer ", "Basic abc"}) {
    bench b;
    auto request = post(hello, false);
    request.headers.add("Authorization", value);
    CHECK(b.exchange(std::move(request)).status == 401);
  }
  provider_options open;
  open.authorization_required = false;
  CHECK(bench{open}.exchange(post(hello, false)).status == 200);
}

TEST_CASE("bad bodies and unknown models are refused and take nothing from the quota") {
  bench b{limited({1, {}, {}, {}})};
  CHECK(b.exchange(post("not json")).status == 400);
  const auto unknown = b.exchange(post(R"({"model":"n","messages":[]})"));
  CHECK(unknown.status == 404);
  CHECK(error_of(unknown)["code"] == "model_not_found");
  CHECK(b.exchange(post(hello)).status == 200);
  CHECK(b.statistics().malformed == 1);
}

TEST_CASE("a prompt that does not fit the context is refused as the vendor does") {
  provider_options options;
  options.models["m"].context_tokens = token_count{100};
  bench b{options};
  // "Hello there." counts as 6 tokens.
  const auto asking_for = [&](const char* output_max) {
    return b.exchange(post(R"({"model":"m","messages":[{"role":"user","content":"Hello there."}],)"
                           R"("max_tokens":)"
                           + std::string{output_max} + "}"));
  };
  const auto large = asking_for("95");
  CHECK(large.status == 400);
  CHECK(error_of(large)["code"] == "context_length_exceeded");
  CHECK(asking_for("94").status == 200);
  CHECK(b.statistics().models.at("m").too_long == 1);
}

TEST_CASE("a fault that the quota forestalls is not counted as injected") {
  auto options = faulty(fault_kind::server_error);
  options.models["m"].quota.requests_per_minute = 0;
  bench b{options};
  CHECK(b.exchange(post(hello)).status == 429);
  CHECK(b.statistics().models.at("m").faults.empty());
}

TEST_CASE("over the limit comes a 429 that tells the truth: who obeys it is admitted") {
  for (const auto kind : {window_kind::sliding, window_kind::token_bucket, window_kind::calendar}) {
    quota_rules quota;
    quota.requests_per_minute = 2;
    quota.window = kind;
    bench b{limited(quota)};
    CHECK(b.exchange(post(hello)).status == 200);
    CHECK(b.exchange(post(hello)).status == 200);
    const auto refused = b.exchange(post(hello));
    CHECK(refused.status == 429);
    CHECK(error_of(refused)["type"] == "requests");
    CHECK(error_of(refused)["code"] == "rate_limit_exceeded");
    CHECK(error_of(refused)["message"].get<std::string>().find("Limit 2, Used 2, Requested 1")
          != std::string::npos);
    CHECK(refused.headers.find("x-ratelimit-remaining-requests") == "0");
    b.time.run_for(std::stoll(std::string{refused.headers.find("retry-after-ms")}) * 1ms);
    CHECK(b.exchange(post(hello)).status == 200);
    const auto seen = b.statistics();
    CHECK(seen.models.at("m").requests == 4);
    CHECK(seen.models.at("m").answered == 3);
    CHECK(seen.models.at("m").refused.at(rate::dimension::requests_per_minute) == 1);
    CHECK(seen.refused_by_limits() == 1);
    CHECK(seen.models.at("m").most_requests_in_minute == 2);
  }
}

TEST_CASE("concurrency counts requests until they are answered") {
  quota_rules quota;
  quota.concurrent_requests = 1;
  bench b{limited(quota)};
  const auto first = b.send(post(hello));
  const auto second = b.send(post(hello));
  b.time.run_for(50ms);
  CHECK_FALSE(*first);
  REQUIRE(*second);
  const auto refused = std::get<wire::http_response>(**second);
  CHECK(refused.status == 429);
  CHECK_FALSE(refused.headers.contains("retry-after"));
  b.time.run_for(50ms);
  CHECK(*first);
  CHECK(b.exchange(post(hello)).status == 200);
  CHECK(b.statistics().models.at("m").in_flight_most == 1);
}

TEST_CASE("each model has its own limits") {
  provider_options options;
  options.models["m"].quota.requests_per_minute = 1;
  options.models["n"].quota.requests_per_minute = 1;
  bench b{options};
  CHECK(b.exchange(post(hello)).status == 200);
  CHECK(b.exchange(post(R"({"model":"n","messages":[]})")).status == 200);
  CHECK(b.exchange(post(hello)).status == 429);
}

TEST_CASE("each error fault yields its status, type and code, once") {
  const struct {
    fault_kind kind;
    int status;
    json type;
    json code;
  } rows[] = {
      {fault_kind::rate_limited, 429, "requests", "rate_limit_exceeded"},
      {fault_kind::quota_exhausted, 429, "insufficient_quota", "insufficient_quota"},
      {fault_kind::server_error, 500, "server_error", nullptr},
      {fault_kind::overloaded, 503, "server_error", nullptr},
      {fault_kind::unauthorized, 401, "invalid_request_error", "invalid_api_key"},
      {fault_kind::model_not_found, 404, "invalid_request_error", "model_not_found"},
      {fault_kind::context_too_long, 400, "invalid_request_error", "context_length_exceeded"},
      {fault_kind::error_in_ok, 200, "server_error", nullptr},
  };
  for (const auto& row : rows) {
    INFO(to_string(row.kind));
    bench b{faulty(row.kind)};
    const auto response = b.exchange(post(hello));
    CHECK(response.status == row.status);
    CHECK(error_of(response)["type"] == row.type);
    CHECK(error_of(response)["code"] == row.code);
    CHECK(response.headers.contains("x-request-id"));
    CHECK(json::parse(b.exchange(post(hello)).body).contains("choices"));
    const auto seen = b.statistics().models.at("m");
    CHECK(seen.faults.at(row.kind) == 1);
    CHECK(seen.answered == 1);
    CHECK(b.statistics().refused_by_limits() == 0);
  }
}

TEST_CASE("each connection fault ends its connection as told") {
  const struct {
    fault_kind kind;
    http_connection_fault fault;
  } rows[] = {
      {fault_kind::stall, http_connection_fault::stall},
      {fault_kind::reset, http_connection_fault::reset},
      {fault_kind::garbage, http_connection_fault::garbage},
  };
  for (const auto& row : rows) {
    INFO(to_string(row.kind));
    bench b{faulty(row.kind)};
    const auto arrived = b.send(post(hello));
    b.time.run_for(100ms);
    REQUIRE(*arrived);
    CHECK(std::get<http_connection_fault>(**arrived) == row.fault);
    CHECK(b.exchange(post(hello)).status == 200);
  }
}

TEST_CASE("a truncated body is half of a good reply") {
  bench b{faulty(fault_kind::truncated_body)};
  const auto response = b.exchange(post(hello));
  CHECK(response.status == 200);
  CHECK_FALSE(json::accept(response.body));
  CHECK(response.body.find(R"({"choices":)") == 0);
}

TEST_CASE("a fault may carry a retry-after") {
  bench b{faulty(fault_kind::overloaded, 1'500ms)};
  const auto response = b.exchange(post(hello));
  CHECK(response.headers.find("retry-after") == "2");
  CHECK(response.headers.find("retry-after-ms") == "1500");
}

TEST_CASE("a failed request takes from the quota only if failed requests count") {
  for (const bool counts : {true, false}) {
    auto options = faulty(fault_kind::server_error);
    options.models["m"].quota.requests_per_minute = 1;
    options.models["m"].quota.failed_requests_count = counts;
    bench b{options};
    CHECK(b.exchange(post(hello)).status == 500);
    CHECK(b.exchange(post(hello)).status == (counts ? 429 : 200));
  }
}

TEST_CASE("replies arrive also after the provider object is gone") {
  virtual_time time;
  std::optional<http_server_reply> arrived;
  {
    provider_options options;
    options.models["m"] = {};
    options.clock = [&] { return time.now(); };
    options.schedule = time.schedule();
    provider{options}.handler()(post(hello),
                                [&](http_server_reply reply) { arrived = std::move(reply); });
  }
  time.run_for(60s);
  REQUIRE(arrived);
  CHECK(std::get<wire::http_response>(*arrived).status == 200);
}

TEST_CASE("the same seed and requests give the same replies, ids and latencies included") {
  const auto run = [](std::uint64_t seed) {
    provider_options options;
    options.seed = seed;
    bench b{options};
    std::string bodies;
    for (int i = 0; i < 3; ++i)
      bodies += b.exchange(post(hello)).body;
    return bodies;
  };
  CHECK(run(1) == run(1));
  CHECK(run(1) != run(2));
}
