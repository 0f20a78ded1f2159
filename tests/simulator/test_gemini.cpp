#include "tests/simulator/provider_bench.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <vector>

using namespace spillway;
using namespace spillway::simulator;
using namespace spillway::simulator::testing;
using nlohmann::json;
using state = transport::http_body::state;

namespace {

const std::string hello = R"({"contents":[{"role":"user","parts":[{"text":"Hello there."}]}]})";

wire::http_request post(std::string body, const std::string& method = "generateContent",
                        const std::string& model = "m") {
  wire::http_request request{"POST", "/v1beta/models/" + model + ":" + method, {},
                             std::move(body)};
  request.headers.add("x-goog-api-key", "anything");
  return request;
}

wire::http_request post_stream(std::string body) {
  return post(std::move(body), "streamGenerateContent?alt=sse");
}

json error_of(const wire::http_response& response) {
  return json::parse(response.body).at("error");
}

json detail_of(const json& error, const std::string& type) {
  for (const json& detail : error.at("details"))
    if (detail.at("@type").get<std::string>().ends_with(type))
      return detail;
  return nullptr;
}

/// The documents of a stream's events.
std::vector<json> events_in(const std::string& bytes) {
  std::vector<json> events;
  for (std::size_t at = bytes.find("data: "); at != std::string::npos;
       at = bytes.find("data: ", at + 1))
    events.push_back(json::parse(bytes.substr(at + 6, bytes.find('\n', at) - at - 6)));
  return events;
}

std::string text_in(const std::vector<json>& events) {
  std::string text;
  for (const json& event : events)
    for (const json& part : event["candidates"][0]["content"]["parts"])
      text += part.value("text", "");
  return text;
}

provider_options faulty(fault_kind kind, std::optional<std::size_t> after_events = {}) {
  provider_options options;
  fault_rule rule;
  rule.kind = kind;
  rule.last = 1;
  rule.after_events = after_events;
  options.faults = {rule};
  return options;
}

provider_options limited(quota_rules quota) {
  provider_options options;
  options.models["m"].quota = std::move(quota);
  return options;
}

} // namespace

TEST_CASE("Gemini answers in its own shape and tells no limits in headers") {
  bench b{limited({500, 30'000, {}, {}})};
  const auto response = b.exchange(post(hello));
  CHECK(response.status == 200);
  CHECK(response.headers.find("server-timing") == "gfet4t7; dur=100");
  for (const auto& [name, value] : response.headers)
    CHECK(name.find("ratelimit") == std::string::npos);
  const json body = json::parse(response.body);
  CHECK(body["modelVersion"] == "m");
  CHECK(body["candidates"][0]["finishReason"] == "STOP");
  CHECK_FALSE(body["candidates"][0]["content"]["parts"][0]["text"].get<std::string>().empty());
  CHECK(body["usageMetadata"]["promptTokenCount"] == 6);
  CHECK(body["usageMetadata"]["totalTokenCount"]
        == 6 + body["usageMetadata"]["candidatesTokenCount"].get<std::int64_t>());
}

TEST_CASE("Gemini streams the same answer in events, usage with each") {
  bench b;
  const std::string whole =
      json::parse(b.exchange(post(hello)).body)["candidates"][0]["content"]["parts"][0]["text"];
  const auto sent = b.streamed(post_stream(hello));
  CHECK(sent.end == state::finished);
  const auto events = events_in(sent.bytes);
  REQUIRE(events.size() > 2);
  CHECK(text_in(events) == whole);
  CHECK_FALSE(events.front()["candidates"][0].contains("finishReason"));
  CHECK(events.back()["candidates"][0]["finishReason"] == "STOP");
  for (const json& event : events)
    CHECK(event["usageMetadata"]["promptTokenCount"] == 6);
  CHECK(b.statistics().models.at("m").answered == 2);
}

TEST_CASE("Gemini's paths and credentials are checked as it does") {
  bench b;
  const auto status = [&](const std::string& method, const std::string& target, bool key = true) {
    wire::http_request request{method, target, {}, hello};
    if (key)
      request.headers.add("x-goog-api-key", "k");
    return b.exchange(std::move(request)).status;
  };
  CHECK(status("POST", "/v1beta/models/m:generateContent") == 200);
  CHECK(status("POST", "/v1beta/models/m:generateContent?key=k", false) == 403);
  CHECK(status("POST", "/v1beta/models/m:sing") == 404);
  CHECK(status("GET", "/v1beta/models/m:generateContent") == 404);
  CHECK(status("POST", "/v1beta/tunedModels/m:generateContent") == 404);
  CHECK(status("POST", "/v1beta/models/n:generateContent") == 404);
  CHECK(status("GET", "/v1beta/models?pageSize=5") == 200);
  CHECK(status("POST", "/v1/projects/p/locations/l/publishers/google/models/m:generateContent")
        == 200);
}

TEST_CASE("Gemini refuses names it does not know") {
  bench b;
  const auto response = b.exchange(post(R"({"messages":[]})"));
  CHECK(response.status == 400);
  CHECK(error_of(response)["status"] == "INVALID_ARGUMENT");
  CHECK(error_of(response)["message"] == "Invalid JSON payload received. messages is an unknown name");
  CHECK(b.statistics().malformed == 1);
}

TEST_CASE("Gemini's refusal names the quota and a delay that tells the truth") {
  quota_rules quota;
  quota.requests_per_minute = 1;
  bench b{limited(quota)};
  CHECK(b.exchange(post(hello)).status == 200);
  const auto refused = b.exchange(post(hello));
  CHECK(refused.status == 429);
  CHECK_FALSE(refused.headers.contains("retry-after"));
  const json error = error_of(refused);
  CHECK(error["status"] == "RESOURCE_EXHAUSTED");
  const json violation = detail_of(error, "QuotaFailure")["violations"][0];
  CHECK_THAT(violation["quotaId"].get<std::string>(), Catch::Contains("PerMinute"));
  CHECK(violation["quotaValue"] == "1");
  CHECK(violation["quotaDimensions"]["model"] == "m");
  CHECK_THAT(error["message"].get<std::string>(),
             Catch::EndsWith("limit: 1, model: m\nPlease retry in 60s."));
  b.time.run_for(std::stoll(detail_of(error, "RetryInfo")["retryDelay"].get<std::string>()) * 1s);
  CHECK(b.exchange(post(hello)).status == 200);
}

TEST_CASE("Gemini counts input tokens alone") {
  quota_rules quota;
  quota.tokens_per_minute = 10;
  quota.charge = charge_formula::input_only;
  bench b{limited(quota)};
  const std::string bounded = R"({"contents":[{"parts":[{"text":"Hello there."}]}],
                                  "generationConfig":{"maxOutputTokens":5000}})";
  CHECK(b.exchange(post(bounded)).status == 200);
  const json violation =
      detail_of(error_of(b.exchange(post(bounded))), "QuotaFailure")["violations"][0];
  CHECK_THAT(violation["quotaId"].get<std::string>(), Catch::Contains("InputTokens"));
}

TEST_CASE("A quota per day of Gemini opens at midnight in California") {
  quota_rules quota;
  quota.requests_per_day = 1;
  quota.day_zone = "America/Los_Angeles";
  bench b{limited(quota)}; // it is 2026-11-24 00:00 UTC: 16:00 there
  CHECK(b.exchange(post(hello)).status == 200);
  const json error = error_of(b.exchange(post(hello)));
  CHECK_THAT(detail_of(error, "QuotaFailure")["violations"][0]["quotaId"].get<std::string>(),
             Catch::Contains("PerDay"));
  b.time.run_for(8h - 1s);
  CHECK(b.exchange(post(hello)).status == 429);
  b.time.run_for(1s);
  CHECK(b.exchange(post(hello)).status == 200);
}

TEST_CASE("Each of Gemini's errors has its status and its word") {
  const struct {
    fault_kind kind;
    int status;
    const char* word;
  } rows[] = {
      {fault_kind::rate_limited, 429, "RESOURCE_EXHAUSTED"},
      {fault_kind::daily_quota, 429, "RESOURCE_EXHAUSTED"},
      {fault_kind::quota_exhausted, 429, "RESOURCE_EXHAUSTED"},
      {fault_kind::server_error, 500, "INTERNAL"},
      {fault_kind::overloaded, 503, "UNAVAILABLE"},
      {fault_kind::unauthorized, 400, "INVALID_ARGUMENT"},
      {fault_kind::model_not_found, 404, "NOT_FOUND"},
      {fault_kind::context_too_long, 400, "INVALID_ARGUMENT"},
      {fault_kind::error_in_ok, 200, "INTERNAL"},
  };
  for (const auto& row : rows) {
    INFO(to_string(row.kind));
    bench b{faulty(row.kind)};
    const auto response = b.exchange(post(hello));
    CHECK(response.status == row.status);
    CHECK(error_of(response)["status"] == row.word);
    CHECK(b.exchange(post(hello)).status == 200);
    // Before anything was streamed, an error is an error.
    if (row.status != 200) {
      bench streaming{faulty(row.kind)};
      CHECK(streaming.exchange(post_stream(hello)).status == row.status);
    }
  }
}

TEST_CASE("A stream breaks where it is told to") {
  for (const std::size_t after : {0, 1, 3}) {
    bench b{faulty(fault_kind::truncated_body, after)};
    const auto cut = b.streamed(post_stream(hello));
    CHECK(cut.end == state::aborted);
    bench c{faulty(fault_kind::error_in_stream, after)};
    const auto failed = c.streamed(post_stream(hello));
    CHECK(failed.end == state::finished);
    CHECK(events_in(failed.bytes).size() == after);
    CHECK_THAT(failed.bytes, (Catch::EndsWith("}\n") && Catch::Contains("\n{\"error\":"))
                                 || Catch::StartsWith("{\"error\":"));
    bench d{faulty(fault_kind::stalled_stream, after)};
    const auto silent = d.streamed(post_stream(hello));
    CHECK(silent.end == state::open);
    CHECK(events_in(silent.bytes).size() == after);
    CHECK(d.exchange(post(hello)).status == 200);
  }
}

TEST_CASE("Models of the third generation want their signatures back") {
  provider_options options;
  options.models["gemini-3-flash"] = {};
  bench b{options};
  const auto ask = [&](const json& contents) {
    const json body = {
        {"contents", contents},
        {"tools", json::parse(R"([{"functionDeclarations":[{"name":"list_files"}]}])")}};
    return b.exchange(post(body.dump(), "generateContent", "gemini-3-flash"));
  };
  json contents = json::parse(R"([{"role":"user","parts":[{"text":"look around"}]}])");
  const json turn = json::parse(ask(contents).body)["candidates"][0]["content"];
  REQUIRE(turn["parts"][0].contains("functionCall"));
  REQUIRE(turn["parts"][0].contains("thoughtSignature"));
  contents.push_back(turn);
  const json call = turn["parts"][0]["functionCall"];
  contents.push_back({{"role", "user"},
                      {"parts", json::array({{{"functionResponse",
                                               {{"name", call["name"]},
                                                {"id", call["id"]},
                                                {"response", {{"output", "a.txt"}}}}}}})}});
  CHECK(ask(contents).status == 200);
  contents[1]["parts"][0].erase("thoughtSignature");
  const auto refused = ask(contents);
  CHECK(refused.status == 400);
  CHECK_THAT(error_of(refused)["message"].get<std::string>(),
             Catch::Contains("missing a thought_signature"));
  contents[1]["parts"][0]["thoughtSignature"] = "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=";
  CHECK(ask(contents).status == 200);
}

TEST_CASE("Gemini counts tokens, embeds and lists its models") {
  bench b;
  CHECK(json::parse(b.exchange(post(hello, "countTokens")).body)["totalTokens"] == 6);
  const std::string texts = R"({"requests":[
    {"model":"models/m","content":{"parts":[{"text":"a"}]},"outputDimensionality":8},
    {"model":"models/m","content":{"parts":[{"text":"b"}]},"outputDimensionality":8}]})";
  const json many = json::parse(b.exchange(post(texts, "batchEmbedContents")).body);
  REQUIRE(many["embeddings"].size() == 2);
  CHECK(many["embeddings"][0]["values"].size() == 8);
  CHECK(many["embeddings"][0] != many["embeddings"][1]);
  const json one = json::parse(
      b.exchange(post(R"({"content":{"parts":[{"text":"a"}]},"outputDimensionality":8})",
                      "embedContent"))
          .body);
  CHECK(one["embedding"] == many["embeddings"][0]);
  wire::http_request list{"GET", "/v1beta/models", {}, {}};
  list.headers.add("x-goog-api-key", "k");
  CHECK(json::parse(b.exchange(std::move(list)).body)["models"][0]["name"] == "models/m");
}

TEST_CASE("OpenAI's simulated server streams and embeds too") {
  bench b;
  wire::http_request request{"POST", "/v1/chat/completions", {},
                             R"({"model":"m","stream":true,"stream_options":{"include_usage":true},
                                 "messages":[{"role":"user","content":"Hello there."}]})"};
  request.headers.add("authorization", "Bearer k");
  const auto sent = b.streamed(request);
  CHECK(sent.end == state::finished);
  CHECK_THAT(sent.bytes, Catch::EndsWith("data: [DONE]\n\n")
                             && Catch::Contains("\"finish_reason\":\"stop\"")
                             && Catch::Contains("\"prompt_tokens\":6"));
  request.target = "/v1/embeddings";
  request.body = R"({"model":"m","input":["a","b"],"dimensions":4})";
  const json vectors = json::parse(b.exchange(request).body);
  CHECK(vectors["data"].size() == 2);
  CHECK(vectors["data"][1]["embedding"].size() == 4);
  CHECK(vectors["usage"]["prompt_tokens"] == 2);
}
