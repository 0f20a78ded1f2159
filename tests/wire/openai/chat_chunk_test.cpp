// What a chat stream says, and what servers that follow OpenAI do otherwise. The streams are written
// after threads and recordings of each server; the numbers are those of the projects' issues.
#include "tests/wire/openai/streams.hpp"
#include "wire/openai/chat_chunk.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <functional>

using namespace spillway;
using namespace spillway::wire::openai;
using nlohmann::json;

namespace {

using spillway::testing::read_stream;

read_stream read(const std::vector<std::string>& events) {
  return spillway::testing::read_events<chunk_reader>(events);
}

/// A chunk of one choice: its delta and the rest of it.
std::string chunk(const std::string& delta, const std::string& finish = "null", int index = 0) {
  return R"({"id":"c1","model":"m-1","choices":[{"index":)" + std::to_string(index)
         + R"(,"delta":)" + delta + R"(,"finish_reason":)" + finish + "}]}";
}

std::string text_chunk(const std::string& text) {
  return chunk(R"({"content":")" + text + R"("})");
}

std::string call_chunk(const std::string& call, const std::string& finish = "null") {
  return chunk(R"({"tool_calls":[)" + call + "]}", finish);
}

const std::string stop = chunk("{}", R"("stop")");
const std::string done = "[DONE]";

} // namespace

TEST_CASE("A plain stream is read to its end", "[wire][openai][stream]") {
  const read_stream s = read({chunk(R"({"role":"assistant","content":"","refusal":null})"),
                              text_chunk("Hel"), text_chunk("lo"), stop,
                              R"({"id":"c1","choices":[],"usage":{"prompt_tokens":3,
                                "completion_tokens":2,"total_tokens":5}})",
                              done});
  CHECK(s.whole);
  CHECK(s.deltas == std::vector<chat_delta>{{.text = "Hel"}, {.text = "lo"}});
  CHECK(s.reply.message.text == "Hello");
  CHECK(s.reply.finish == finish_reason::stop);
  CHECK(s.reply.finish_native == "stop");
  CHECK(s.reply.model_reported == "m-1");
  CHECK(s.reply.provider_request_id == "c1");
  CHECK(s.reply.usage.input == token_count{3});
  CHECK_FALSE(s.reply.usage.estimated);
}

TEST_CASE("A chunk without choices is never indexed", "[wire][openai][stream]") {
  // Azure sends one first; litellm#42484, Portkey#1629.
  const read_stream s = read({R"({"id":"","model":"","choices":[],"prompt_filter_results":[{}]})",
                              R"({"choices":null})", "{}", text_chunk("x"), stop, done});
  CHECK(s.whole);
  CHECK(s.reply.message.text == "x");
  CHECK(s.reply.model_reported == "m-1");
  CHECK(s.reply.provider_request_id == "c1");
}

TEST_CASE("If no usage arrives it is marked as estimated", "[wire][openai][stream]") {
  CHECK(read({text_chunk("x"), stop, done}).reply.usage.estimated);
  const std::string senseless = R"({"choices":[],"usage":{"prompt_tokens":"many"}})";
  CHECK(read({text_chunk("x"), stop, senseless, done}).reply.usage.estimated);
}

TEST_CASE("Of usage told with every chunk the last counts", "[wire][openai][stream]") {
  // DeepSeek and vLLM with continuous_usage_stats.
  const auto with = [](int output) {
    return R"({"choices":[{"index":0,"delta":{"content":"x"}}],"usage":{"prompt_tokens":7,
      "completion_tokens":)" + std::to_string(output) + "}}";
  };
  const token_usage usage = read({with(1), with(2), with(3), stop, done}).reply.usage;
  CHECK(usage.input == token_count{7});
  CHECK(usage.output == token_count{3});
}

TEST_CASE("Groq tells usage in a place of its own", "[wire][openai][stream]") {
  for (const std::string beside : {"", R"("usage":null,)"}) {
    const std::string last = R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],)" + beside
                             + R"("x_groq":{"id":"req_1","usage":{"prompt_tokens":9,
                                            "completion_tokens":4}}})";
    CHECK(read({R"({"choices":[],"x_groq":{"id":"req_1"}})", text_chunk("x"), last, done})
              .reply.usage.output
          == token_count{4});
  }
}

TEST_CASE("A tier that is billed is kept beside usage", "[wire][openai][stream]") {
  const read_stream s = read({R"({"choices":[],"service_tier":"flex"})", text_chunk("x"), stop,
                              R"({"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}})",
                              done});
  CHECK(s.reply.usage.tier == service_tier::flex);
}

TEST_CASE("A call comes in fragments", "[wire][openai][stream]") {
  const read_stream s =
      read({call_chunk(R"({"index":0,"id":"a","function":{"name":"f","arguments":""}})"),
            call_chunk(R"({"index":0,"function":{"arguments":"{\"x\""}})"),
            call_chunk(R"({"index":1,"id":"b","function":{"name":"g","arguments":"{}"}})"),
            call_chunk(R"({"index":0,"function":{"arguments":":1}"}})"),
            chunk("{}", R"("tool_calls")"), done});
  CHECK(s.reply.message.tool_calls
        == std::vector<tool_call>{{"a", "f", R"({"x":1})"}, {"b", "g", "{}"}});
  CHECK(s.deltas[0].tool_calls == std::vector<tool_call_delta>{{0, "a", "f", ""}});
  CHECK(s.deltas[1].tool_calls == std::vector<tool_call_delta>{{0, "", "", "{\"x\""}});
}

TEST_CASE("A tool's name repeated in fragments is not concatenated", "[wire][openai][stream]") {
  // llama.cpp#12379
  const auto fragment = [](const char* arguments) {
    return call_chunk(R"({"index":0,"id":"a","function":{"name":"f","arguments":")"
                      + std::string{arguments} + "\"}}");
  };
  const auto nameless = [](const char* arguments) {
    return call_chunk(R"({"index":0,"function":{"name":"f","arguments":")" + std::string{arguments}
                      + "\"}}");
  };
  for (const auto& piece :
       std::vector<std::function<std::string(const char*)>>{fragment, nameless}) {
    const read_stream s = read({piece("{"), piece("}"), piece(""), stop, done});
    REQUIRE(s.reply.message.tool_calls.size() == 1);
    CHECK(s.reply.message.tool_calls[0].name == "f");
    CHECK(s.reply.message.tool_calls[0].arguments_json == "{}");
  }
}

TEST_CASE("Calls under one index are told apart by id, or by being complete",
          "[wire][openai][stream]") {
  const read_stream by_id =
      read({call_chunk(R"({"index":0,"id":"a","function":{"name":"f","arguments":"{}"}})"),
            call_chunk(R"({"index":0,"id":"b","function":{"name":"f","arguments":"{}"}})"), stop,
            done});
  CHECK(by_id.reply.message.tool_calls.size() == 2);
  const std::string nameless = R"({"index":0,"function":{"name":"f","arguments":"{\"x\":1}"}})";
  for (const auto& events : {std::vector{call_chunk(nameless), call_chunk(nameless), stop, done},
                             std::vector{call_chunk(nameless + "," + nameless), stop, done}}) {
    const auto calls = read(events).reply.message.tool_calls;
    REQUIRE(calls.size() == 2);
    CHECK(calls[0].id != calls[1].id);
    CHECK(calls[1].arguments_json == R"({"x":1})");
  }
}

TEST_CASE("Calls without an index follow one another", "[wire][openai][stream]") {
  const read_stream s =
      read({call_chunk(R"({"id":"a","function":{"name":"f","arguments":"{"}})"),
            call_chunk(R"({"function":{"arguments":"}"}})"),
            call_chunk(R"({"id":"b","function":{"name":"g","arguments":{"y":2}}})"), stop, done});
  CHECK(s.reply.message.tool_calls
        == std::vector<tool_call>{{"a", "f", "{}"}, {"b", "g", R"({"y":2})"}});
}

TEST_CASE("Ollama's whole call in one chunk with a stop is a call for tools",
          "[wire][openai][stream]") {
  // litellm#35663, ollama#7963: arguments may be null for a tool without parameters.
  const read_stream s =
      read({call_chunk(R"({"id":"call_1","index":0,"type":"function",
              "function":{"name":"f","arguments":null}})"),
            stop, done});
  CHECK(s.whole);
  CHECK(s.reply.finish == finish_reason::tool_calls);
  CHECK(s.reply.finish_native == "stop");
  CHECK(s.reply.message.tool_calls[0].arguments_json.empty());
}

TEST_CASE("A finish that is missing is told by what came", "[wire][openai][stream]") {
  const read_stream text = read({text_chunk("x"), done});
  CHECK(text.whole);
  CHECK(text.reply.finish == finish_reason::stop);
  CHECK(text.reply.finish_native.empty());
  const read_stream calls =
      read({call_chunk(R"({"index":0,"id":"a","function":{"name":"f","arguments":"{}"}})"), done});
  CHECK(calls.reply.finish == finish_reason::tool_calls);
}

TEST_CASE("The end mark may be missing, doubled, or followed by anything",
          "[wire][openai][stream]") {
  CHECK(read({text_chunk("x"), stop}).whole);
  CHECK(read({text_chunk("x"), stop, done, done}).whole);
  CHECK(read({text_chunk("x"), stop, "[DONE] "}).whole);
  const read_stream after = read({text_chunk("x"), stop, done, "garbage", text_chunk("more")});
  CHECK(after.whole);
  CHECK(after.malformed.empty());
  CHECK(after.reply.message.text == "x");
}

TEST_CASE("A stream without an answer is not whole", "[wire][openai][stream]") {
  CHECK_FALSE(read({}).whole);
  CHECK_FALSE(read({done}).whole);
  CHECK_FALSE(read({text_chunk("x")}).whole);
  const read_stream one_of_two = read({text_chunk("x"), stop, chunk(R"({"content":"y"})", "null", 1)});
  CHECK_FALSE(one_of_two.whole);
}

TEST_CASE("An error ends a stream, wherever the server puts it", "[wire][openai][stream]") {
  const auto [event, holds] = GENERATE(table<std::string, std::string>({
      {R"({"error":{"message":"busy","code":503}})", "busy"},
      {R"({"error":"busy"})", "busy"},
      // Groq
      {"event: error\ndata: {\"error\":{\"message\":\"bad\",\"code\":\"tool_use_failed\"}}",
       "tool_use_failed"},
      {"event: error\ndata: {\"message\":\"bad\",\"code\":\"tool_use_failed\"}", "tool_use_failed"},
      // OpenRouter, after a finish too
      {R"({"id":"c1","error":{"code":502,"message":"Provider disconnected"},
           "choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]})",
       "Provider disconnected"},
      {R"({"choices":[{"index":0,"delta":{},"error":{"code":429,"message":"slow"}}]})", "slow"},
      // vLLM
      {R"({"object":"error","message":"too long","type":"BadRequestError","code":400})", "too long"},
  }));
  CAPTURE(event);
  const read_stream s = read({text_chunk("x"), event, text_chunk("y"), done});
  CHECK_THAT(s.error_json, Catch::Contains(holds));
  CHECK(json::parse(s.error_json).contains("error"));
  CHECK(s.reply.message.text == "x");
}

TEST_CASE("An event that is no chunk ends a stream and is named", "[wire][openai][stream]") {
  const auto [event, says] = GENERATE(table<std::string, std::string>({
      {"nonsense", "not valid JSON"},
      {"[]", "must be a JSON object"},
      {R"({"choices":{}})", "choices must be an array"},
      {R"({"choices":[{"delta":{"content":7}}]})", "choices[0].delta.content must be a string"},
      {R"({"choices":[{"index":-1,"delta":{}}]})", "choices[0].index must be from 0"},
      {R"({"choices":[{"index":128,"delta":{}}]})", "choices[0].index must be from 0"},
      {R"({"choices":[{"delta":{"tool_calls":{}}}]})", "choices[0].delta.tool_calls must be"},
  }));
  CAPTURE(event);
  const read_stream s = read({text_chunk("x"), event, text_chunk("y"), stop, done});
  CHECK_THAT(s.malformed, Catch::Contains(says));
  CHECK(s.reply.message.text == "x");
}

TEST_CASE("More calls than any answer has end a stream", "[wire][openai][stream]") {
  std::vector<std::string> events;
  for (int i = 0; i <= 1024; ++i)
    events.push_back(call_chunk(R"({"index":)" + std::to_string(i)
                                + R"(,"id":"c","function":{"name":"f","arguments":"{}"}})"));
  CHECK_THAT(read(events).malformed, Catch::Contains("is one call more than 1024"));
}

TEST_CASE("Empty data and padding are passed over", "[wire][openai][stream]") {
  const read_stream s =
      read({"", " ", R"({"choices":[{"index":0,"delta":{"content":"x"}}],"obfuscation":"abc"})",
            stop, done});
  CHECK(s.whole);
  CHECK(s.deltas.size() == 1);
}

TEST_CASE("Several answers come interleaved", "[wire][openai][stream]") {
  const read_stream s = read({chunk(R"({"content":"a"})"), chunk(R"({"content":"b"})", "null", 1),
                              chunk(R"({"content":"A"})"), chunk("{}", R"("length")", 1), stop, done});
  CHECK(s.whole);
  CHECK(s.reply.message.text == "aA");
  CHECK(s.reply.alternatives.at(0).message.text == "b");
  CHECK(s.reply.alternatives.at(0).finish == finish_reason::length);
}

TEST_CASE("Refusals and odds stream too", "[wire][openai][stream]") {
  const auto piece = [](const char* token) {
    return R"({"choices":[{"index":0,"delta":{"refusal":")" + std::string{token}
           + R"("},"logprobs":{"content":null,"refusal":[{"token":")" + token + R"("}]}}]})";
  };
  const read_stream s = read({piece("no"), piece("pe"), stop, done});
  CHECK(s.reply.refusal == "nope");
  CHECK(s.reply.finish == finish_reason::stop);
  CHECK(json::parse(s.reply.logprobs_json)["refusal"]
        == json::parse(R"([{"token":"no"},{"token":"pe"}])"));
}

TEST_CASE("Thoughts stream under every server's name for them", "[wire][openai][stream]") {
  const auto delta = GENERATE(as<std::string>{}, R"({"reasoning_content":"hm"})", // DeepSeek, vLLM
                              R"({"reasoning":"hm","content":""})",               // Ollama, Groq
                              R"({"reasoning":"hm","reasoning_details":[{"type":"reasoning.text",
                                 "text":"hm","format":"anthropic-claude-v1","index":0}]})",
                              R"({"content":[{"type":"thinking",
                                 "thinking":[{"type":"text","text":"hm"}]}]})"); // Mistral
  CAPTURE(delta);
  const read_stream s = read({chunk(delta), text_chunk("x"), stop, done});
  CHECK(s.reply.message.text == "x");
  REQUIRE(s.reply.message.reasoning.size() == 1);
  CHECK(s.reply.message.reasoning[0].text == "hm");
}

TEST_CASE("OpenRouter's signature ends a block of thoughts", "[wire][openai][stream]") {
  const read_stream s =
      read({chunk(R"({"reasoning":"hm"})"),
            chunk(R"({"reasoning_details":[{"type":"reasoning.text","signature":"s",
                    "format":"anthropic-claude-v1","index":0}]})"),
            text_chunk("x"), stop, done});
  CHECK(s.reply.message.reasoning == std::vector<reasoning_block>{{"hm", "s", "", "anthropic"}});
}

TEST_CASE("A server that would not stream sends its message as an event", "[wire][openai][stream]") {
  const read_stream s = read({R"({"object":"chat.completion","choices":[{"index":0,
    "message":{"role":"assistant","content":"all at once"},"finish_reason":"stop"}]})"});
  CHECK(s.whole);
  CHECK(s.reply.message.text == "all at once");
}

TEST_CASE("Half of a surrogate pair at a token's cut does not end a stream",
          "[wire][openai][stream]") {
  const read_stream s = read({text_chunk(R"(\ud83d)"), text_chunk("x"), stop, done});
  CHECK(s.malformed.empty());
  CHECK(s.reply.message.text == "\uFFFDx");
}

TEST_CASE("Chunks are written as the vendor writes them and read back", "[wire][openai][stream]") {
  const chunk_head head{"chatcmpl-1", "m \"quoted\"", wall_time{std::chrono::seconds{77}}};
  const std::vector<chat_delta> deltas{
      {.text = "h\u00e9\n\"x\""},
      {.choice = 1, .text = "other"},
      {.reasoning = "hm"},
      {.reasoning_signature = "s", .reasoning_dialect = "anthropic"},
      {.redacted_reasoning = "xx", .reasoning_dialect = "anthropic"},
      {.refusal = "no"},
      {.tool_calls = {{0, "a", "f", "{", "sig"}, {1, "b", "g", "{}"}}},
      {.tool_calls = {{0, "", "", "}"}}},
      {.text = "t", .logprobs_json = R"({"content":[{"token":"t"}]})"},
  };
  std::vector<std::string> events{encode_first_chunk(head), encode_first_chunk(head, 1)};
  for (const chat_delta& d : deltas)
    events.push_back(encode_chunk(head, d));
  events.push_back(encode_last_chunk(head, 0, finish_reason::tool_calls));
  events.push_back(encode_last_chunk(head, 1, finish_reason::length));
  token_usage usage;
  usage.input = token_count{4};
  usage.output = token_count{2};
  events.push_back(encode_usage_chunk(head, usage));
  for (const std::string& event : events) {
    const json written = json::parse(event);
    CHECK(written["id"] == "chatcmpl-1");
    CHECK(written["object"] == "chat.completion.chunk");
    CHECK(written["created"] == 77);
    CHECK(written["model"] == "m \"quoted\"");
  }
  CHECK(json::parse(events[0])["choices"][0]["delta"]
        == json::parse(R"({"role":"assistant","content":"","refusal":null})"));
  const read_stream s = read(events);
  CHECK(s.deltas == deltas);
  CHECK(s.whole);
  CHECK(s.reply.usage == usage);
  CHECK(s.reply.alternatives.at(0).finish == finish_reason::length);
}

TEST_CASE("The one call of older servers comes in fragments too", "[wire][openai][stream]") {
  const read_stream s =
      read({chunk(R"({"content":null,"function_call":{"name":"f","arguments":""}})"),
            chunk(R"({"function_call":{"arguments":"{\"x\""}})"),
            chunk(R"({"function_call":{"arguments":":1}"}})"), chunk("{}", R"("function_call")"),
            done});
  CHECK(s.reply.message.tool_calls == std::vector<tool_call>{{"call_c1_0", "f", R"({"x":1})"}});
  CHECK(s.reply.finish == finish_reason::tool_calls);
}

TEST_CASE("The input of a tool that takes any text comes in fragments", "[wire][openai][stream]") {
  const read_stream s =
      read({call_chunk(R"({"index":0,"id":"a","type":"custom","custom":{"name":"f","input":""}})"),
            call_chunk(R"({"index":0,"custom":{"input":"1+"}})"),
            call_chunk(R"({"index":0,"custom":{"input":"1"}})"),
            chunk("{}", R"("tool_calls")"), done});
  CHECK(s.reply.message.tool_calls == std::vector<tool_call>{{"a", "f", "1+1"}});
}

TEST_CASE("A call whose name comes late is not told before", "[wire][openai][stream]") {
  const read_stream s =
      read({call_chunk(R"({"index":0,"id":"a","function":{"arguments":"{\"x\""}})"),
            call_chunk(R"({"index":0,"function":{"name":"f","arguments":":1}"}})"),
            chunk("{}", R"("tool_calls")"), done});
  REQUIRE(s.deltas.size() == 1);
  CHECK(s.deltas[0].tool_calls == std::vector<tool_call_delta>{{0, "a", "f", R"({"x":1})"}});
  const read_stream nameless = read({call_chunk(R"({"index":0,"id":"a","function":{}})"),
                                     chunk("{}", R"("tool_calls")"), done});
  CHECK_THAT(nameless.malformed, Catch::Contains("finish_reason came before the name"));
}

TEST_CASE("The transcript of a spoken answer is its text", "[wire][openai][stream]") {
  const read_stream s = read({chunk(R"({"content":null,"audio":{"id":"a","transcript":"hel"}})"),
                              chunk(R"({"audio":{"transcript":"lo"}})"),
                              chunk(R"({"audio":{"data":"AAAA"}})"), stop, done});
  CHECK(s.reply.message.text == "hello");
}

TEST_CASE("Parts of no kind we know cost a stream nothing", "[wire][openai][stream]") {
  const read_stream s = read({chunk(R"({"content":[{"type":"text","text":"a"}]})"),
                              chunk(R"({"content":[{"type":"reference","reference_ids":[1]}]})"),
                              text_chunk("b"), stop, done});
  CHECK(s.whole);
  CHECK(s.reply.message.text == "ab");
}
