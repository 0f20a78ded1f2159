#include "tests/support/recorded.hpp"
#include "wire/gemini/chat_reply.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using namespace spillway::wire::gemini;
using nlohmann::json;

namespace {

chat_reply decoded(const std::string& body) {
  auto reply = decode_chat_reply(body);
  INFO(body);
  INFO((reply ? std::string{} : reply.failure().message));
  REQUIRE(reply);
  return std::move(reply).value();
}

/// A reply of one candidate with these parts.
std::string with_parts(const std::string& parts, const std::string& finish = "STOP") {
  return R"({"candidates":[{"content":{"role":"model","parts":)" + parts + R"(},"finishReason":")"
         + finish + R"(","index":0}],"responseId":"r1","modelVersion":"gemini-2.5-flash"})";
}

token_usage usage_in(const std::string& metadata) {
  json body = json::parse(with_parts(R"([{"text":"hi"}])"));
  body["usageMetadata"] = json::parse(metadata);
  return decoded(body.dump()).usage;
}

} // namespace

TEST_CASE("Every recorded answer of Gemini is read as its recorder read it", "[wire][gemini]") {
  int seen = 0;
  for (const auto& r : spillway::testing::all_recorded(SPILLWAY_FIXTURES, "gemini")) {
    if (r.response.status != 200 || r.row["api"] != "generateContent" || r.row["streaming"] == true)
      continue;
    CAPTURE(r.row["id"]);
    const json& expected = r.row["expect"];
    const chat_reply reply = decoded(r.response.body);
    CHECK(reply.message.text == expected["text"]);
    CHECK(reply.model_reported == expected.value("model", ""));
    CHECK(to_string(reply.finish) == expected["finish"]);
    CHECK(reply.finish_native == expected["finish_native"]);
    if (expected.contains("usage")) {
      const json& u = expected["usage"];
      CHECK(reply.usage.input.value() == u["input"]);
      CHECK(reply.usage.cached_input.value() == u["cached"]);
      CHECK(reply.usage.output.value() == u["output"]);
      CHECK(reply.usage.reasoning.value() == u["reasoning"]);
    }
    REQUIRE(reply.message.tool_calls.size() == expected["tool_calls"].size());
    for (std::size_t i = 0; i < reply.message.tool_calls.size(); ++i) {
      CHECK(reply.message.tool_calls[i].name == expected["tool_calls"][i]["name"]);
      CHECK(json::parse(reply.message.tool_calls[i].arguments_json)
            == expected["tool_calls"][i]["arguments"]);
    }
    ++seen;
  }
  CHECK(seen >= 8);
}

TEST_CASE("Every recorded answer of Gemini survives being written and read again", "[wire][gemini]") {
  for (const auto& r : spillway::testing::all_recorded(SPILLWAY_FIXTURES, "gemini")) {
    if (r.response.status != 200 || r.row["api"] != "generateContent" || r.row["streaming"] == true)
      continue;
    CAPTURE(r.row["id"]);
    const chat_reply first = decoded(r.response.body);
    const chat_reply again = decoded(encode_chat_reply(first));
    CHECK(again.message == first.message);
    CHECK(again.finish == first.finish);
    CHECK(again.usage.output == first.usage.output);
    CHECK(again.usage.input == first.usage.input);
    CHECK(again.model_reported == first.model_reported);
  }
}

TEST_CASE("Output is what was answered and what was thought", "[wire][gemini]") {
  const token_usage u = usage_in(R"({"promptTokenCount":10,"candidatesTokenCount":5,
    "thoughtsTokenCount":7,"cachedContentTokenCount":4,"totalTokenCount":22})");
  CHECK(u.input == token_count{10});
  CHECK(u.output == token_count{12});
  CHECK(u.reasoning == token_count{7});
  CHECK(u.cached_input == token_count{4});
  CHECK_FALSE(u.estimated);
}

TEST_CASE("What tools at the vendor read is input, and the total knows the rest", "[wire][gemini]") {
  const token_usage u = usage_in(R"({"promptTokenCount":10,"toolUsePromptTokenCount":100,
    "candidatesTokenCount":5,"totalTokenCount":120})");
  CHECK(u.input == token_count{110});
  CHECK(u.output == token_count{10});
}

TEST_CASE("Sound and the tier have their own prices and are told apart", "[wire][gemini]") {
  const token_usage u = usage_in(R"({"promptTokenCount":10,"candidatesTokenCount":5,
    "promptTokensDetails":[{"modality":"TEXT","tokenCount":4},{"modality":"AUDIO","tokenCount":6}],
    "candidatesTokensDetails":[{"modality":"AUDIO","tokenCount":3}],"serviceTier":"flex"})");
  CHECK(u.audio_input == token_count{6});
  CHECK(u.audio_output == token_count{3});
  CHECK(u.tier == service_tier::flex);
}

TEST_CASE("Usage that makes no sense is ours to count", "[wire][gemini]") {
  CHECK(usage_in("{}").estimated);
  CHECK(usage_in("7").estimated);
  CHECK(usage_in(R"({"promptTokenCount":-1})").estimated);
  CHECK(usage_in(R"({"promptTokenCount":"x","candidatesTokenCount":[]})").estimated);
  // An answer that cost nothing is a count that has not come.
  CHECK(usage_in(R"({"promptTokenCount":6})").estimated);
  CHECK(usage_in(R"({"promptTokenCount":6})").input == token_count{6});
  CHECK(decoded(with_parts(R"([{"text":"hi"}])")).usage.estimated);
}

TEST_CASE("Why an answer ended is told in both words", "[wire][gemini]") {
  const auto [native, expected] = GENERATE(table<std::string, finish_reason>({
      {"STOP", finish_reason::stop},
      {"MAX_TOKENS", finish_reason::length},
      {"SAFETY", finish_reason::content_filter},
      {"RECITATION", finish_reason::content_filter},
      {"LANGUAGE", finish_reason::content_filter},
      {"BLOCKLIST", finish_reason::content_filter},
      {"PROHIBITED_CONTENT", finish_reason::content_filter},
      {"SPII", finish_reason::content_filter},
      {"IMAGE_SAFETY", finish_reason::content_filter},
      {"OTHER", finish_reason::stop},
      {"MALFORMED_FUNCTION_CALL", finish_reason::stop},
      {"SOMETHING_NEW", finish_reason::stop},
  }));
  CAPTURE(native);
  const chat_reply reply = decoded(with_parts(R"([{"text":"hi"}])", native));
  CHECK(reply.finish == expected);
  CHECK(reply.finish_native == native);
}

TEST_CASE("A stop with calls ends by tool_calls, and a cut one by length", "[wire][gemini]") {
  const std::string call = R"([{"functionCall":{"name":"f","args":{}}}])";
  CHECK(decoded(with_parts(call)).finish == finish_reason::tool_calls);
  CHECK(decoded(with_parts(call, "MAX_TOKENS")).finish == finish_reason::length);
}

TEST_CASE("Calls of one tool get distinct ids that are not its name", "[wire][gemini]") {
  const std::string calls = R"([{"functionCall":{"name":"f","args":{"n":1}}},
                                {"functionCall":{"name":"f"}},
                                {"functionCall":{"name":"f","args":{},"id":"abc"}}])";
  const auto read = decoded(with_parts(calls)).message.tool_calls;
  REQUIRE(read.size() == 3);
  CHECK(read[0].id == "call_r1_0");
  CHECK(read[1].id == "call_r1_1");
  CHECK(read[1].arguments_json == "{}");
  CHECK(read[2].id == "abc");
  json other = json::parse(with_parts(calls));
  other.erase("responseId");
  const auto nameless = decoded(other.dump()).message.tool_calls;
  other["usageMetadata"] = {{"promptTokenCount", 9}};
  CHECK(nameless[0].id != decoded(other.dump()).message.tool_calls[0].id);
}

TEST_CASE("Thoughts never reach the text", "[wire][gemini]") {
  const chat_reply reply = decoded(
      with_parts(R"([{"text":"hmm","thought":true},{"text":"4"},{"text":"2","thoughtSignature":"c2ln"}])"));
  CHECK(reply.message.text == "42");
  REQUIRE(reply.message.reasoning.size() == 1);
  CHECK(reply.message.reasoning[0].text == "hmm");
  CHECK(reply.message.reasoning[0].signature == "c2ln");
  CHECK(reply.message.reasoning[0].dialect == "gemini");
}

TEST_CASE("Only the first call of a batch has a signature, and keeps it", "[wire][gemini]") {
  const auto calls = decoded(with_parts(R"([
    {"functionCall":{"name":"f","args":{}},"thoughtSignature":"c2ln"},
    {"functionCall":{"name":"g","args":{}}}])")).message.tool_calls;
  REQUIRE(calls.size() == 2);
  CHECK(calls[0].signature == "c2ln");
  CHECK(calls[1].signature.empty());
}

TEST_CASE("A blocked prompt is an empty answer that was filtered", "[wire][gemini]") {
  const chat_reply reply = decoded(R"({"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},
    "usageMetadata":{"promptTokenCount":7,"totalTokenCount":7}})");
  CHECK(reply.finish == finish_reason::content_filter);
  CHECK(reply.finish_native == "PROHIBITED_CONTENT");
  CHECK(reply.message.text.empty());
  CHECK(reply.usage.input == token_count{7});
  CHECK_FALSE(reply.usage.estimated);
}

TEST_CASE("Thoughts may eat the whole bound on the output", "[wire][gemini]") {
  const chat_reply reply = decoded(R"({"candidates":[{"content":{"role":"model"},
    "finishReason":"MAX_TOKENS","index":0}],
    "usageMetadata":{"promptTokenCount":7,"thoughtsTokenCount":50,"totalTokenCount":57}})");
  CHECK(reply.finish == finish_reason::length);
  CHECK(reply.message.text.empty());
  CHECK(reply.usage.output == token_count{50});
}

TEST_CASE("Further candidates are alternatives, with their log probabilities", "[wire][gemini]") {
  const chat_reply reply = decoded(R"({"candidates":[
    {"content":{"parts":[{"text":"a"}]},"finishReason":"STOP","logprobsResult":{"x":1}},
    {"content":{"parts":[{"text":"b"}]},"finishReason":"MAX_TOKENS","index":1}]})");
  CHECK(reply.message.text == "a");
  CHECK(reply.logprobs_json == R"({"x":1})");
  REQUIRE(reply.alternatives.size() == 1);
  CHECK(reply.alternatives[0].message.text == "b");
  CHECK(reply.alternatives[0].finish == finish_reason::length);
}

TEST_CASE("Images and code that ran become text", "[wire][gemini]") {
  CHECK(decoded(with_parts(R"([{"inlineData":{"mimeType":"image/png","data":"QUJD"}}])"))
            .message.text
        == "![image](data:image/png;base64,QUJD)");
  CHECK(decoded(with_parts(R"([{"executableCode":{"language":"PYTHON","code":"print 1"}},
                               {"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"1\n"}}])"))
            .message.text
        == "```python\nprint 1\n```\n```\n1\n\n```\n");
}

TEST_CASE("Parts of kinds we do not know are passed over", "[wire][gemini]") {
  CHECK(decoded(with_parts(R"([{"hologram":{"data":[1]}},{"text":"hi","novelty":true}])"))
            .message.text
        == "hi");
}

TEST_CASE("A reply that is wrong is refused by the path of what is wrong", "[wire][gemini]") {
  const auto [body, expected] = GENERATE(table<std::string, std::string>({
      {"", "not valid JSON: unexpected at byte 1"},
      {"<html>", "not valid JSON: unexpected at byte 1"},
      {"[]", "a reply must be a JSON object"},
      {R"({"error":{"code":500}})", "the reply body holds an error"},
      {"{}", "candidates is empty, or holds none that says anything or why not"},
      {R"({"candidates":[]})", "candidates is empty, or holds none that says anything or why not"},
      {R"({"candidates":{}})", "candidates must be an array"},
      {R"({"candidates":[7]})", "candidates[0] must be an object"},
      {R"({"candidates":[{"content":7}]})", "candidates[0].content must be an object"},
      {R"({"candidates":[{"content":{"missing-parts":true}}]})",
       "candidates[0].content.parts is missing; expected an array"},
      {R"({"candidates":[{"content":{"parts":{}}}]})",
       "candidates[0].content.parts must be an array"},
      {R"({"candidates":[{"content":{"parts":[{"text":7}]}}]})",
       "candidates[0].content.parts[0].text must be a string"},
      {R"({"candidates":[{"content":{"parts":[{"functionCall":{}}]}}]})",
       "candidates[0].content.parts[0].functionCall.name is missing; expected a string"},
      {R"({"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":[]}}]}}]})",
       "candidates[0].content.parts[0].functionCall.args must be an object"},
      {R"({"candidates":[{"index":128}]})", "candidates[0].index must be from 0 to 127"},
      {R"({"candidates":[{"index":-1}]})", "candidates[0].index must be from 0 to 127"},
      {R"({"candidates":[{"finishReason":7}]})", "candidates[0].finishReason must be a string"},
      {R"({"promptFeedback":{"blockReason":7}})", "promptFeedback.blockReason must be a string"},
      {R"({"modelVersion":7})", "modelVersion must be a string"},
  }));
  CAPTURE(body);
  const auto reply = decode_chat_reply(body);
  REQUIRE_FALSE(reply);
  CHECK(reply.failure().message == expected);
}
