#include "providers/anthropic.hpp"
#include "providers/failure.hpp"
#include "providers/registry.hpp"
#include "tests/support/recorded.hpp"
#include "wire/anthropic/chat_request.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using namespace spillway::providers;
using namespace std::chrono_literals;
using kind = failure_kind;

namespace {

anthropic_codec speaker(const char* key = "sk-ant-ours", const char* beta = "") {
  return anthropic_codec{{"/v1", secret{key}, beta}};
}

chat_request greeting() {
  chat_request request;
  request.messages.emplace_back().text = "hi";
  return request;
}

wire::http_response replied(int status, std::string body) {
  wire::http_response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

std::string refusal(const std::string& type, const std::string& message) {
  const nlohmann::json problem = {{"type", type}, {"message", message}};
  return nlohmann::json{{"type", "error"}, {"error", problem}}.dump();
}

call_failure failure_in(const wire::http_response& response) {
  const auto outcome = speaker().decode(response, {});
  REQUIRE(std::holds_alternative<call_failure>(outcome));
  return std::get<call_failure>(outcome);
}

constexpr const char* invalid = "invalid_request_error";
constexpr const char* limited = "rate_limit_error";

constexpr const char* answer =
    R"({"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-5",
        "content":[{"type":"text","text":"hello"}],"stop_reason":"end_turn",
        "usage":{"input_tokens":3,"output_tokens":1}})";

constexpr const char* begun =
    "data: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"model\":\"m\","
    "\"usage\":{\"input_tokens\":17,\"output_tokens\":1}}}\n\n";
constexpr const char* words =
    R"(data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}

)";
constexpr const char* ended =
    R"(data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}}

data: {"type":"message_stop"}

)";

struct heard {
  std::vector<chat_delta> deltas;
  received_reply end;
  bool ended = false;
};

heard streamed(const std::string& bytes, const wire::http_headers& head = {},
               std::size_t piece = 5) {
  const anthropic_codec codec = speaker();
  const auto decoder = codec.decode_stream(head, {});
  heard h;
  for (std::size_t at = 0; at < bytes.size(); at += piece)
    decoder->feed(std::string_view{bytes}.substr(at, piece), h.deltas);
  h.ended = decoder->ended();
  decoder->flush(h.deltas);
  h.end = decoder->finish();
  return h;
}

} // namespace

TEST_CASE("A call to Anthropic becomes a POST with key and version", "[providers]") {
  const chat_request request = greeting();
  const wire::http_request http = speaker().encode({request, "claude-sonnet-5", token_count{9}});
  CHECK(http.method == "POST");
  CHECK(http.target == "/v1/messages");
  CHECK(http.headers.find("x-api-key") == "sk-ant-ours");
  CHECK(http.headers.find("anthropic-version") == "2023-06-01");
  CHECK(http.headers.find("accept") == "application/json");
  CHECK_FALSE(http.headers.contains("anthropic-beta"));
  CHECK_FALSE(http.headers.contains("authorization"));
  const auto body = nlohmann::json::parse(http.body);
  CHECK(body["model"] == "claude-sonnet-5");
  CHECK(body["max_tokens"] == 9);
  CHECK(http.body.find("sk-ant-ours") == std::string::npos);
}

TEST_CASE("A streamed call to Anthropic asks for events, a trial feature by its name",
          "[providers]") {
  const chat_request request = greeting();
  const wire::http_request http =
      speaker("", "a-2025-01-01,b-2026-02-02").encode({request, "m", {}, true});
  CHECK(http.headers.find("accept") == "text/event-stream");
  CHECK(http.headers.find("anthropic-beta") == "a-2025-01-01,b-2026-02-02");
  CHECK_FALSE(http.headers.contains("x-api-key"));
  CHECK(nlohmann::json::parse(http.body)["stream"] == true);
}

TEST_CASE("A caller's own trial features go along with its fields, in their header",
          "[providers]") {
  const auto read = wire::anthropic::decode_chat_request(
      R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"}],
          "context_management":{"edits":[]}})",
      "context-management-2025-06-27");
  REQUIRE(read);
  const wire::http_request http = speaker("k", "a").encode({read->request, "m", {}});
  CHECK(http.headers.find("anthropic-beta") == "a,context-management-2025-06-27");
  const auto body = nlohmann::json::parse(http.body);
  CHECK(body.contains("context_management"));
  CHECK_FALSE(body.contains("anthropic-beta"));
}

TEST_CASE("The dialect anthropic speaks below /v1, wherever that is", "[providers]") {
  const chat_request request = greeting();
  const auto target = [&](const char* base) {
    const auto codec = make_codec("anthropic", base, secret{"k"});
    REQUIRE(codec);
    return (*codec)->encode({request, "m", {}}).target;
  };
  CHECK(target("") == "/v1/messages");
  CHECK(target("/v1") == "/v1/messages");
  CHECK(target("/v1/") == "/v1/messages");
  CHECK(target("/anthropic") == "/anthropic/v1/messages");
}

TEST_CASE("Anthropic's answer is read and named by the request id of its header", "[providers]") {
  auto response = replied(200, answer);
  const auto plain = speaker().decode(response, {});
  REQUIRE(std::holds_alternative<chat_reply>(plain));
  CHECK(std::get<chat_reply>(plain).provider_request_id == "msg_1");
  response.headers.add("Request-Id", "req_9");
  response.headers.add("retry-after", "30");
  const auto named = speaker().decode(response, {});
  CHECK(std::get<chat_reply>(named).provider_request_id == "req_9");
}

TEST_CASE("Each of Anthropic's refusals has the kind it deserves", "[providers]") {
  using text = std::string;
  const auto [status, type, message, expected] = GENERATE(table<int, text, text, kind>({
      {400, invalid, "messages: at least one message is required", kind::invalid_request},
      {400, invalid, "prompt is too long: 3333404 tokens > 200000 maximum", kind::context_too_long},
      {400, invalid, "input length and `max_tokens` exceed context limit: 9 + 9 > 10",
       kind::context_too_long},
      {400, invalid, "Your credit balance is too low to access the Anthropic API.",
       kind::quota_exhausted},
      {400, invalid,
       "You have reached your specified API usage limits. You will regain access on 2026-12-01 at "
       "00:00 UTC.",
       kind::quota_exhausted},
      {401, "authentication_error", "invalid x-api-key", kind::unauthorized},
      {402, "billing_error", "There is an issue with your billing.", kind::quota_exhausted},
      {403, "permission_error", "Your API key does not have permission.", kind::unauthorized},
      {404, "not_found_error", "model: claude-sonet-4-5", kind::model_unavailable},
      {413, "request_too_large", "Request exceeds the maximum size", kind::context_too_long},
      {429, limited,
       "This request would exceed the rate limit for your organization of 20,000 input tokens per "
       "minute.",
       kind::rate_limited},
      {429, limited, "Number of concurrent connections has exceeded your rate limit.",
       kind::rate_limited},
      {429, limited, "Extra usage is required for long context requests.", kind::quota_exhausted},
      {429, limited, "You have hit your workspace's spend limit for this month.",
       kind::quota_exhausted},
      {500, "api_error", "Internal server error", kind::overloaded},
      {504, "timeout_error", "Request timed out", kind::overloaded},
      {529, "overloaded_error", "Overloaded", kind::overloaded},
  }));
  CAPTURE(status, type, message);
  CHECK(failure_in(replied(status, refusal(type, message))).kind == expected);
}

TEST_CASE("An error within a success is judged as if it had its status", "[providers]") {
  const auto [type, expected] = GENERATE(table<std::string, kind>({
      {"overloaded_error", kind::overloaded},
      {"api_error", kind::overloaded},
      {"rate_limit_error", kind::rate_limited},
      {"invalid_request_error", kind::invalid_request},
      {"authentication_error", kind::unauthorized},
      {"billing_error", kind::quota_exhausted},
      {"not_found_error", kind::model_unavailable},
      {"request_too_large", kind::context_too_long},
  }));
  CAPTURE(type);
  CHECK(failure_in(replied(200, refusal(type, "m"))).kind == expected);
  const heard h = streamed("event: error\ndata: " + refusal(type, "m") + "\n\n");
  REQUIRE(h.end.failure);
  CHECK(h.end.failure->kind == expected);
  CHECK(h.deltas.empty());
}

TEST_CASE("A wait in the headers counts with an error, never with a success", "[providers]") {
  auto refused = replied(429, refusal(limited, "slow down"));
  refused.headers.add("retry-after", "17");
  CHECK(failure_in(refused).retry_after == duration{17s});
  auto broken = replied(200, refusal("overloaded_error", "Overloaded"));
  broken.headers.add("retry-after", "17");
  CHECK_FALSE(failure_in(broken).retry_after);
  wire::http_headers head;
  head.add("retry-after", "17");
  const std::string event = "event: error\ndata: " + refusal("overloaded_error", "m") + "\n\n";
  const heard h = streamed(begun + event, head);
  CHECK_FALSE(h.end.failure->retry_after);
}

TEST_CASE("A vendor that says not to retry is obeyed", "[providers]") {
  auto response = replied(529, refusal("overloaded_error", "Overloaded"));
  response.headers.add("x-should-retry", "false");
  CHECK(failure_in(response).kind == kind::model_unavailable);
}

TEST_CASE("A stream of Anthropic is read to its end", "[providers]") {
  wire::http_headers head;
  head.add("request-id", "req_5");
  head.add("content-type", "text/event-stream; charset=utf-8");
  const heard h = streamed(std::string{begun} + words + ended, head);
  CHECK(h.ended);
  CHECK_FALSE(h.end.failure);
  CHECK(h.deltas == std::vector<chat_delta>{{.text = "Hello"}});
  CHECK(h.end.reply.message.text == "Hello");
  CHECK(h.end.reply.provider_request_id == "req_5");
  CHECK(h.end.reply.usage.input == token_count{17});
  CHECK(h.end.reply.usage.output == token_count{2});
}

TEST_CASE("A stream that breaks off is a failure, and keeps what came", "[providers]") {
  const heard cut = streamed(std::string{begun} + words);
  REQUIRE(cut.end.failure);
  CHECK(cut.end.failure->kind == kind::interrupted);
  CHECK(cut.end.reply.message.text == "Hello");
  CHECK(cut.end.reply.usage.estimated);
  const std::string event = "event: error\ndata: " + refusal("overloaded_error", "Overloaded");
  const heard overloaded = streamed(std::string{begun} + words + event + "\n\n");
  CHECK(overloaded.ended);
  CHECK(overloaded.end.failure->kind == kind::overloaded);
  CHECK(overloaded.end.failure->message == "Overloaded");
  CHECK(overloaded.end.reply.message.text == "Hello");
  const heard garbage = streamed("data: {\"type\":\"message_start\",\"message\":3}\n\n");
  CHECK(garbage.end.failure->kind == kind::malformed_reply);
  CHECK(garbage.end.failure->message == "message_start: message must be an object");
}

TEST_CASE("The last event counts without its empty line", "[providers]") {
  std::string bytes = std::string{begun} + words + ended;
  while (bytes.ends_with('\n'))
    bytes.pop_back();
  CHECK_FALSE(streamed(bytes).end.failure);
}

TEST_CASE("A server that answers a streamed call with one document is understood",
          "[providers]") {
  wire::http_headers head;
  head.add("content-type", "application/json");
  const heard whole = streamed(answer, head);
  CHECK_FALSE(whole.end.failure);
  CHECK(whole.end.reply.message.text == "hello");
  CHECK(whole.deltas == std::vector<chat_delta>{{.text = "hello"}});
  const heard refused = streamed(refusal("overloaded_error", "busy"), head);
  CHECK(refused.end.failure->kind == kind::overloaded);
}

TEST_CASE("Every recorded error of Anthropic is told as its recorder did", "[providers]") {
  int seen = 0;
  for (const auto& r : spillway::testing::all_recorded(SPILLWAY_FIXTURES, "anthropic")) {
    if (r.response.status == 200)
      continue;
    CAPTURE(r.row["id"]);
    const call_failure failure = failure_in(r.response);
    CHECK(failure.kind == kind::model_unavailable);
    CHECK(failure.message == r.row["error"]["message"]);
    ++seen;
  }
  CHECK(seen == 1);
}

TEST_CASE("Every recorded stream of Anthropic ends as its recorder says", "[providers]") {
  for (const auto& r : spillway::testing::all_recorded(SPILLWAY_FIXTURES, "anthropic")) {
    if (r.row["streaming"] != true)
      continue;
    CAPTURE(r.row["id"]);
    const heard h = streamed(r.response.body, r.response.headers, 11);
    CHECK(h.end.failure.has_value() == r.row["expect"].contains("stream_error"));
    if (h.end.failure)
      CHECK(h.end.failure->kind == kind::overloaded);
  }
}

TEST_CASE("Anthropic's limits are read from recorded headers", "[providers]") {
  for (const auto& r : spillway::testing::all_recorded(SPILLWAY_FIXTURES, "anthropic"))
    if (r.row["id"] == "anthropic/anthropic-standard-params") {
      const rate::observed_limits limits = speaker().observed_limits(r.response);
      CHECK(limits.requests_limit == 10'000);
      CHECK(limits.input_tokens_limit == 10'000'000);
      CHECK(limits.output_tokens_remaining == 2'000'000);
      CHECK(limits.output_tokens_reset == duration{0s});
      CHECK_FALSE(limits.tokens_limit);
    }
}

TEST_CASE("A stream of Anthropic that is cut within an event was interrupted", "[providers]") {
  const heard h = streamed(std::string{begun} + words + R"(data: {"type":"content_block_del)");
  REQUIRE(h.end.failure);
  CHECK(h.end.failure->kind == failure_kind::interrupted);
  CHECK(h.end.reply.message.text == "Hello");
}

TEST_CASE("What came instead of Anthropic's stream is read whole, though no header says so",
          "[providers]") {
  CHECK(streamed(answer).end.reply.message.text == "hello");
  CHECK(streamed("<html>sign in</html>").end.failure->kind == failure_kind::malformed_reply);
  CHECK(streamed(R"( {"type":"error","error":{"type":"overloaded_error","message":"m"}})")
            .end.failure->kind
        == failure_kind::overloaded);
}

TEST_CASE("OpenAI's end mark ends no stream of Anthropic's", "[providers]") {
  const std::string mark = "data: [DONE]\n\n";
  CHECK_FALSE(streamed(std::string{begun} + words + mark + ended).end.failure);
  const heard h = streamed(std::string{begun} + words + mark);
  REQUIRE(h.end.failure);
  CHECK(h.end.failure->kind == failure_kind::interrupted);
}
