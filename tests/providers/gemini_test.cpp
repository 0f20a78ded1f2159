#include "providers/gemini.hpp"
#include "tests/support/recorded.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using namespace spillway::providers;

namespace {

gemini_codec speaker(const char* key = "AIza-ours", const char* dialect = "gemini") {
  return gemini_codec{{*find_gemini_profile(dialect), "/v1beta", secret{key}}};
}

wire::http_response replied(int status, std::string body) {
  wire::http_response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

chat_request greeting() {
  chat_request request;
  request.messages.push_back({chat_role::user, "hi", {}, {}, {}});
  return request;
}

constexpr const char* answer = R"({"candidates":[{"content":{"parts":[{"text":"hi"}]},
  "finishReason":"STOP"}],"responseId":"r1","modelVersion":"gemini-2.5-flash"})";

std::string ending(const std::string& finish, const std::string& parts = "[]") {
  return R"({"candidates":[{"content":{"parts":)" + parts + R"(},"finishReason":")" + finish
         + R"("}]})";
}

std::string event(const std::string& json) {
  return "data: " + json + "\r\n\r\n";
}

std::string text_event(const std::string& text, const std::string& finish = {}) {
  return event(R"({"candidates":[{"content":{"parts":[{"text":")" + text + R"("}]})"
               + (finish.empty() ? "" : R"(,"finishReason":")" + finish + '"') + "}]}");
}

struct outcome {
  std::vector<chat_delta> deltas;
  received_reply result;
  bool ended = false;
};

outcome streamed(const std::string& body, std::size_t step = 11) {
  const gemini_codec codec = speaker();
  const auto decoder = codec.decode_stream({}, {});
  outcome out;
  for (std::size_t at = 0; at < body.size(); at += step)
    decoder->feed(std::string_view{body}.substr(at, step), out.deltas);
  out.ended = decoder->ended();
  decoder->flush(out.deltas);
  out.result = decoder->finish();
  return out;
}

} // namespace

TEST_CASE("A call to Gemini names the model in the URL and the key in a header", "[providers]") {
  const chat_request request = greeting();
  const wire::http_request http = speaker().encode({request, "gemini-2.5-flash", token_count{9}});
  CHECK(http.method == "POST");
  CHECK(http.target == "/v1beta/models/gemini-2.5-flash:generateContent");
  CHECK(http.headers.find("content-type") == "application/json");
  CHECK(http.headers.find("x-goog-api-key") == "AIza-ours");
  CHECK_FALSE(http.headers.contains("authorization"));
  CHECK(http.target.find("key=") == std::string::npos);
  CHECK(http.body.find("AIza-ours") == std::string::npos);
  CHECK(nlohmann::json::parse(http.body)["generationConfig"]["maxOutputTokens"] == 9);
}

TEST_CASE("A streamed call to Gemini asks for events", "[providers]") {
  const chat_request request = greeting();
  const wire::http_request http = speaker().encode({request, "gemini-2.5-flash", {}, true});
  CHECK(http.target == "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse");
  CHECK(http.headers.find("accept") == "text/event-stream");
}

TEST_CASE("Vertex wants a bearer's token and has another path", "[providers]") {
  const chat_request request = greeting();
  const wire::http_request http =
      speaker("ya29.token", "vertex").encode({request, "gemini-2.5-flash", {}});
  CHECK(http.target == "/v1beta/publishers/google/models/gemini-2.5-flash:generateContent");
  CHECK(http.headers.find("authorization") == "Bearer ya29.token");
  CHECK_FALSE(speaker("t", "vertex").embeds());
}

TEST_CASE("A model's name stays a name", "[providers]") {
  const chat_request request = greeting();
  const auto target = [&](std::string_view model) {
    return speaker().encode({request, model, {}}).target;
  };
  CHECK(target("tunedModels/mine") == "/v1beta/tunedModels/mine:generateContent");
  CHECK(target("models/gemini-2.5-pro") == "/v1beta/models/gemini-2.5-pro:generateContent");
  CHECK(target("m?key=1#x y\r\n") == "/v1beta/models/m%3Fkey%3D1%23x%20y%0D%0A:generateContent");
}

TEST_CASE("Without a key Gemini is sent no credential", "[providers]") {
  const chat_request request = greeting();
  CHECK_FALSE(speaker("").encode({request, "m", {}}).headers.contains("x-goog-api-key"));
}

TEST_CASE("An answer of Gemini is read", "[providers]") {
  const auto reply = speaker().decode(replied(200, answer), {});
  REQUIRE(std::holds_alternative<chat_reply>(reply));
  CHECK(std::get<chat_reply>(reply).message.text == "hi");
  CHECK(std::get<chat_reply>(reply).provider_request_id == "r1");
}

TEST_CASE("What is no answer of Gemini is a failure of its kind", "[providers]") {
  const auto [status, body, expected] = GENERATE(table<int, std::string, failure_kind>({
      {429, "", failure_kind::rate_limited},
      {429, answer, failure_kind::rate_limited},
      {500, R"([{"error":{"code":500,"status":"INTERNAL","message":"m"}}])",
       failure_kind::overloaded},
      {200, "", failure_kind::malformed_reply},
      {200, "<html>", failure_kind::malformed_reply},
      {200, "{}", failure_kind::malformed_reply},
      {200, R"({"error":{"code":503,"status":"UNAVAILABLE"}})", failure_kind::overloaded},
      {200, R"([{"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}}])",
       failure_kind::rate_limited},
      {200, R"({"promptFeedback":{"blockReason":"SAFETY"}})", failure_kind::content_filtered},
      {200, ending("STOP"), failure_kind::malformed_reply},
      {200, ending("STOP", R"([{"text":""}])"), failure_kind::malformed_reply},
      {200, ending("STOP", R"([{"text":"hm","thought":true}])"), failure_kind::malformed_reply},
      {200, ending("OTHER"), failure_kind::malformed_reply},
      {200, ending("MALFORMED_FUNCTION_CALL"), failure_kind::malformed_reply},
      {200, ending("UNEXPECTED_TOOL_CALL", R"([{"text":"a"}])"), failure_kind::malformed_reply},
      {200, ending("TOO_MANY_TOOL_CALLS"), failure_kind::malformed_reply},
  }));
  CAPTURE(status, body);
  const auto reply = speaker().decode(replied(status, body), {});
  REQUIRE(std::holds_alternative<call_failure>(reply));
  CHECK(std::get<call_failure>(reply).kind == expected);
  CHECK_FALSE(std::get<call_failure>(reply).message.empty());
}

TEST_CASE("What was generated and then filtered, or cut, is an answer and is billed",
          "[providers]") {
  const auto [body, expected] = GENERATE(table<std::string, finish_reason>({
      {ending("SAFETY", R"([{"text":"I"}])"), finish_reason::content_filter},
      {R"({"candidates":[{"finishReason":"SAFETY"}],
           "usageMetadata":{"promptTokenCount":1,"thoughtsTokenCount":9}})",
       finish_reason::content_filter},
      {ending("MAX_TOKENS"), finish_reason::length},
      {ending("STOP", R"([{"functionCall":{"name":"f"}}])"), finish_reason::tool_calls},
      {ending("FAKE_ENUM", R"([{"text":"a"}])"), finish_reason::stop},
  }));
  CAPTURE(body);
  const auto reply = speaker().decode(replied(200, body), {});
  REQUIRE(std::holds_alternative<chat_reply>(reply));
  CHECK(std::get<chat_reply>(reply).finish == expected);
}

TEST_CASE("A stream of Gemini gives deltas, and at its end the whole reply", "[providers]") {
  const outcome out = streamed(text_event("a") + text_event("b", "STOP"));
  REQUIRE(out.deltas.size() == 2);
  CHECK(out.result.reply.message.text == "ab");
  CHECK_FALSE(out.result.failure);
  CHECK_FALSE(out.ended); // nothing marks the end
}

TEST_CASE("A stream of Gemini that breaks off says how, and keeps what came", "[providers]") {
  const auto [body, expected, text] = GENERATE(table<std::string, failure_kind, std::string>({
      {"", failure_kind::interrupted, ""},
      {text_event("a"), failure_kind::interrupted, "a"},
      {text_event("a") + event(R"({"error":{"code":503,"status":"UNAVAILABLE"}})"),
       failure_kind::overloaded, "a"},
      {text_event("a") + "{\"error\":{\"code\":499,\"status\":\"CANCELLED\"}}",
       failure_kind::interrupted, "a"},
      {event(R"({"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}})"),
       failure_kind::rate_limited, ""},
      {text_event("a") + event("{nonsense"), failure_kind::malformed_reply, "a"},
      {text_event("a") + event(R"({"candidates":7})"), failure_kind::malformed_reply, "a"},
      {text_event("", "STOP"), failure_kind::malformed_reply, ""},
      {event(ending("MALFORMED_FUNCTION_CALL")), failure_kind::malformed_reply, ""},
      {event(R"({"promptFeedback":{"blockReason":"OTHER"}})"), failure_kind::content_filtered, ""},
      {R"([{"error":{"code":400,"status":"INVALID_ARGUMENT","message":"m"}}])",
       failure_kind::invalid_request, ""},
  }));
  CAPTURE(body);
  const outcome out = streamed(body);
  REQUIRE(out.result.failure);
  CHECK(out.result.failure->kind == expected);
  CHECK(out.result.reply.message.text == text);
}

TEST_CASE("An end mark of servers that imitate Gemini is no nonsense", "[providers]") {
  const outcome out = streamed(text_event("a", "STOP") + event("[DONE]") + event("{late"));
  CHECK_FALSE(out.result.failure);
  CHECK(out.ended);
}

TEST_CASE("Every recorded stream of Gemini ends as its recorder says", "[providers]") {
  for (const auto& r : spillway::testing::all_recorded(SPILLWAY_FIXTURES, "gemini")) {
    if (r.row["streaming"] != true)
      continue;
    CAPTURE(r.row["id"]);
    const outcome out = streamed(r.response.body, 17);
    const auto& expected = r.row["expect"];
    if (expected.contains("protocol_error"))
      CHECK(out.result.failure.value().kind == failure_kind::malformed_reply);
    else if (expected.contains("stream_error"))
      CHECK_THAT(out.result.failure.value().message,
                 Catch::Contains(expected["stream_error"]["message"].get<std::string>()));
    else
      CHECK(out.result.failure.has_value() != expected.contains("finish_native"));
  }
}

TEST_CASE("Texts are embedded by one call to Gemini", "[providers]") {
  const embedding_request request{{{"a", {}}}, 64, "RETRIEVAL_QUERY", {}};
  const wire::http_request http = speaker().encode_embedding({request, "gemini-embedding-001"});
  CHECK(http.target == "/v1beta/models/gemini-embedding-001:batchEmbedContents");
  CHECK(http.headers.find("x-goog-api-key") == "AIza-ours");
  CHECK(speaker().embeds());
  const auto reply = speaker().decode_embedding(replied(200, R"({"embeddings":[{"values":[1]}]})"), {});
  REQUIRE(std::holds_alternative<embedding_reply>(reply));
  CHECK(std::get<embedding_reply>(reply).vectors.size() == 1);
  const auto refused = speaker().decode_embedding(
      replied(400, R"({"error":{"code":400,"status":"INVALID_ARGUMENT","message":"m"}})"), {});
  CHECK(std::get<call_failure>(refused).kind == failure_kind::invalid_request);
}

TEST_CASE("Gemini tells no limits in its headers", "[providers]") {
  CHECK(speaker().observed_limits(replied(200, answer)) == rate::observed_limits{});
}

TEST_CASE("A whole answer of no use is kept beside its failure", "[providers]") {
  const received_reply faulty = speaker().decode_whole(
      replied(200, R"({"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL"}],
                       "usageMetadata":{"promptTokenCount":9},"modelVersion":"m-1"})"),
      {});
  REQUIRE(faulty.failure);
  CHECK(faulty.reply.finish_native == "MALFORMED_FUNCTION_CALL");
  CHECK(faulty.reply.usage.input == token_count{9});
  const received_reply blocked =
      speaker().decode_whole(replied(200, R"({"promptFeedback":{"blockReason":"SAFETY"}})"), {});
  REQUIRE(blocked.failure);
  CHECK(blocked.failure->kind == failure_kind::content_filtered);
  CHECK(blocked.reply.finish == finish_reason::content_filter);
  CHECK(blocked.reply.finish_native == "SAFETY");
}

TEST_CASE("A stream of Gemini that is cut within an event was interrupted", "[providers]") {
  for (const char* before : {"data: ", "", "["}) {
    const std::string cut = R"({"candidates": [{"cont)";
    const outcome out = streamed(text_event("hi") + before + cut);
    REQUIRE(out.result.failure);
    CHECK(out.result.failure->kind == failure_kind::interrupted);
    CHECK(out.result.reply.message.text == "hi");
  }
}

TEST_CASE("A page that came instead of Gemini's stream is no stream", "[providers]") {
  const outcome out = streamed("\n<html>sign in</html>");
  REQUIRE(out.result.failure);
  CHECK(out.result.failure->kind == failure_kind::malformed_reply);
}
