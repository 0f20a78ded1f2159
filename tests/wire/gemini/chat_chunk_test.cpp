#include "tests/support/recorded.hpp"
#include "wire/gemini/chat_chunk.hpp"
#include "wire/gemini/document_splitter.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using namespace spillway::wire::gemini;
using nlohmann::json;

namespace {

/// What a body says if its bytes come `step` at a time.
struct heard {
  std::vector<chat_delta> deltas;
  chat_reply reply;
  bool whole = false;
  std::string error_json;
  std::string malformed;

  std::string text() const {
    std::string all;
    for (const chat_delta& d : deltas)
      all += d.text;
    return all;
  }
};

heard hear(const std::string& body, std::size_t step) {
  document_splitter splitter;
  chunk_reader reader;
  heard out;
  std::vector<std::string> documents;
  const auto take = [&] {
    for (const std::string& document : documents)
      reader.take(document, out.deltas);
    documents.clear();
  };
  for (std::size_t at = 0; at < body.size(); at += step) {
    splitter.feed(std::string_view{body}.substr(at, step), documents);
    take();
  }
  splitter.finish(documents);
  take();
  out.whole = reader.is_whole();
  out.error_json = reader.error_json();
  out.malformed = reader.malformed();
  out.reply = reader.take_reply();
  return out;
}

heard hear(const std::string& body) {
  return hear(body, body.size());
}

std::string event(const std::string& parts, const std::string& more = {}) {
  return R"(data: {"candidates":[{"content":{"parts":[)" + parts + R"(],"role":"model"})" + more
         + R"(}],"responseId":"r1"})"
         + "\r\n\r\n";
}

} // namespace

TEST_CASE("Every recorded stream is read as its recorder read it, in pieces of any size",
          "[wire][gemini]") {
  int seen = 0;
  for (const auto& r : spillway::testing::all_recorded(SPILLWAY_FIXTURES, "gemini")) {
    if (r.row["streaming"] != true || r.row["expect"].contains("protocol_error"))
      continue;
    CAPTURE(r.row["id"]);
    const json& expected = r.row["expect"];
    const heard whole = hear(r.response.body);
    CHECK(whole.malformed == "");
    CHECK(whole.error_json.empty() != expected.contains("stream_error"));
    CHECK(whole.reply.message.text == expected["text"]);
    CHECK(whole.text() == expected["text"]);
    CHECK(whole.reply.model_reported == expected.value("model", ""));
    if (expected.contains("finish")) {
      CHECK(whole.reply.finish_native == expected["finish_native"]);
      CHECK(to_string(whole.reply.finish) == expected["finish"]);
      CHECK(whole.whole);
    }
    if (expected.contains("usage")) {
      CHECK(whole.reply.usage.input.value() == expected["usage"]["input"]);
      CHECK(whole.reply.usage.output.value() == expected["usage"]["output"]);
      CHECK(whole.reply.usage.reasoning.value() == expected["usage"]["reasoning"]);
    }
    const auto& calls = whole.reply.message.tool_calls;
    REQUIRE(calls.size() == expected["tool_calls"].size());
    std::size_t signatures = 0;
    for (std::size_t i = 0; i < calls.size(); ++i) {
      CHECK(calls[i].name == expected["tool_calls"][i]["name"]);
      CHECK(json::parse(calls[i].arguments_json) == expected["tool_calls"][i]["arguments"]);
      signatures += !calls[i].signature.empty();
    }
    CHECK(signatures == expected["thought_signatures"]);
    for (const std::size_t step : {1, 2, 3, 7, 64, 1000}) {
      const heard pieces = hear(r.response.body, step);
      CHECK(pieces.deltas == whole.deltas);
      CHECK(pieces.reply.message == whole.reply.message);
      CHECK(pieces.reply.usage == whole.reply.usage);
      CHECK(pieces.error_json == whole.error_json);
    }
    ++seen;
  }
  CHECK(seen >= 8);
}

TEST_CASE("A stream that is broken on purpose is told by its path", "[wire][gemini]") {
  for (const auto& r : spillway::testing::all_recorded(SPILLWAY_FIXTURES, "gemini"))
    if (r.row["expect"].contains("protocol_error"))
      CHECK(hear(r.response.body).malformed
            == "candidates[0].content.parts is missing; expected an array");
}

TEST_CASE("Calls of one tool in separate events are two calls with two ids", "[wire][gemini]") {
  const std::string call = R"({"functionCall":{"name":"f","args":{}}})";
  const heard out = hear(event(call) + event(call) + event("", R"(,"finishReason":"STOP")"));
  REQUIRE(out.deltas.size() == 2);
  CHECK(out.deltas[0].tool_calls.at(0).index == 0);
  CHECK(out.deltas[1].tool_calls.at(0).index == 1);
  CHECK(out.deltas[0].tool_calls[0].id == "call_r1_0");
  CHECK(out.deltas[1].tool_calls[0].id == "call_r1_1");
  CHECK(out.reply.message.tool_calls.size() == 2);
  CHECK(out.reply.finish == finish_reason::tool_calls);
}

TEST_CASE("A finish reason with every event does not end the stream early", "[wire][gemini]") {
  const std::string stop = R"(,"finishReason":"STOP")";
  const heard out = hear(event(R"({"text":"a"})", stop) + event(R"({"text":"b"})", stop)
                         + event(R"({"text":"c"})", R"(,"finishReason":"MAX_TOKENS")"));
  CHECK(out.text() == "abc");
  CHECK(out.reply.finish == finish_reason::length);
}

TEST_CASE("The last usage counts, since it is the sum", "[wire][gemini]") {
  const auto with_usage = [](int answer) {
    return "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]}}],\"usageMetadata\":"
           "{\"promptTokenCount\":5,\"thoughtsTokenCount\":2,\"candidatesTokenCount\":"
           + std::to_string(answer) + "}}\n\n";
  };
  const heard out = hear(with_usage(1) + with_usage(4) + event("", R"(,"finishReason":"STOP")"));
  CHECK(out.reply.usage.input == token_count{5});
  CHECK(out.reply.usage.output == token_count{6});
  CHECK_FALSE(out.reply.usage.estimated);
}

TEST_CASE("Thoughts come as reasoning and never as text", "[wire][gemini]") {
  const heard out = hear(event(R"({"text":"hm","thought":true})") + event(R"({"text":"42"})")
                         + event(R"({"text":"","thoughtSignature":"c2ln"})",
                                 R"(,"finishReason":"STOP")"));
  CHECK(out.text() == "42");
  CHECK(out.deltas[0].reasoning == "hm");
  CHECK(out.deltas.back().reasoning_signature == "c2ln");
  REQUIRE_FALSE(out.reply.message.reasoning.empty());
  CHECK(out.reply.message.reasoning.back().signature == "c2ln");
  CHECK(out.reply.message.reasoning.back().dialect == "gemini");
}

TEST_CASE("A prompt blocked in a stream is an answer that was filtered", "[wire][gemini]") {
  const heard out = hear("data: {\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}\n\n");
  CHECK(out.whole);
  CHECK(out.deltas.empty());
  CHECK(out.reply.finish == finish_reason::content_filter);
  CHECK(out.reply.finish_native == "SAFETY");
}

TEST_CASE("A stream without a finish reason is not whole", "[wire][gemini]") {
  CHECK_FALSE(hear(event(R"({"text":"a"})")).whole);
  CHECK_FALSE(hear("").whole);
  CHECK_FALSE(hear("garbage\n\n").whole);
}

TEST_CASE("Without alt=sse the array is read as it comes", "[wire][gemini]") {
  const std::string body = R"([{"candidates":[{"content":{"parts":[{"text":"a]},{\"\\"}]}}]}
,
{"candidates":[{"content":{"parts":[{"text":"b"}]},"finishReason":"STOP"}]}
])";
  document_splitter splitter;
  std::vector<std::string> documents;
  splitter.feed(body.substr(0, body.find('\n') + 3), documents);
  CHECK(documents.size() == 1);
  for (const std::size_t step : {1, 5, 500}) {
    const heard out = hear(body, step);
    CHECK(out.text() == "a]},{\"\\b");
    CHECK(out.whole);
  }
}

TEST_CASE("An error that follows events as a bare object is not lost", "[wire][gemini]") {
  const std::string body = event(R"({"text":"a"})", R"(,"finishReason":"STOP")")
                           + "{\n  \"error\": {\n    \"code\": 503\n  }\n}\n";
  for (const std::size_t step : {1, 4, 400}) {
    const heard out = hear(body, step);
    CHECK(out.text() == "a");
    CHECK(json::parse(out.error_json)["error"]["code"] == 503);
  }
  CHECK_FALSE(hear(R"([{"error":{"code":429}}])").error_json.empty());
  CHECK_FALSE(hear("data: {\"error\":{\"code\":429}}\n\n").error_json.empty());
}

TEST_CASE("Nothing after an error or nonsense counts", "[wire][gemini]") {
  const std::string good = event(R"({"text":"late"})", R"(,"finishReason":"STOP")");
  CHECK(hear("data: {\"error\":{}}\n\n" + good).text().empty());
  const heard nonsense = hear("data: {\"candidates\":\n\n" + good);
  CHECK(nonsense.text().empty());
  CHECK_THAT(nonsense.malformed, Catch::StartsWith("not valid JSON"));
  CHECK_THAT(hear("[{\"candidates\":[").malformed, Catch::StartsWith("not valid JSON"));
}

TEST_CASE("The last event is read although its empty line is missing", "[wire][gemini]") {
  std::string body = event(R"({"text":"a"})", R"(,"finishReason":"STOP")");
  body.resize(body.size() - 4);
  CHECK(hear(body).text() == "a");
  CHECK(hear(body).whole);
}

TEST_CASE("A stream that calls tools without end is cut", "[wire][gemini]") {
  std::string body;
  for (int i = 0; i < 1'025; ++i)
    body += event(R"({"functionCall":{"name":"f"}})");
  const heard out = hear(body);
  CHECK(out.reply.message.tool_calls.size() == 1'024);
  CHECK(out.malformed == "candidates[0].content.parts[0] is one call more than 1024");
}

TEST_CASE("Events that are written are read again", "[wire][gemini]") {
  const chunk_head head{"r9", "gemini-3.5-flash"};
  const token_usage so_far{token_count{3}, {}, {}, token_count{1}, {}, false};
  const token_usage all{token_count{3}, {}, {}, token_count{9}, token_count{2}, false};
  const std::vector<chat_delta> said = {
      {.reasoning = "hm"},
      {.text = "a"},
      {.text = "b", .reasoning_signature = "c2ln"},
      {.tool_calls = {{0, "id1", "f", R"({"x":1})", "c2ln"}}}};
  chunk_reader reader;
  std::vector<chat_delta> read;
  for (const chat_delta& d : said)
    reader.take(encode_chunk(head, d, so_far), read);
  CHECK_FALSE(reader.is_whole());
  reader.take(encode_last_chunk(head, 0, finish_reason::tool_calls, all), read);
  CHECK(reader.is_whole());
  CHECK(read == said);
  const chat_reply reply = reader.take_reply();
  CHECK(reply.provider_request_id == "r9");
  CHECK(reply.model_reported == "gemini-3.5-flash");
  CHECK(reply.usage == all);
  CHECK(reply.finish == finish_reason::tool_calls);
}

TEST_CASE("Halves of a character cost no answer of Gemini's", "[wire][gemini]") {
  const std::string body =
      R"(data: {"candidates":[{"content":{"parts":[{"text":"a\ud83d"}]},"finishReason":"STOP"}]})";
  CHECK(hear(body, 3).text() == "a\xEF\xBF\xBD");
}

TEST_CASE("Candidates without a number are counted", "[wire][gemini]") {
  const heard h = hear(R"({"candidates":[
      {"content":{"parts":[{"text":"one"}]},"finishReason":"STOP"},
      {"content":{"parts":[{"text":"two"}]},"finishReason":"STOP"}]})",
                       64);
  CHECK(h.reply.message.text == "one");
  REQUIRE(h.reply.alternatives.size() == 1);
  CHECK(h.reply.alternatives[0].message.text == "two");
}
