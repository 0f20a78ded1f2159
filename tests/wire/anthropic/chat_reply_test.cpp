#include "tests/support/recorded.hpp"
#include "wire/anthropic/chat_reply.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using namespace spillway::wire::anthropic;
using nlohmann::json;

namespace {

constexpr const char* good = R"({"id":"msg_1","type":"message","role":"assistant","model":"m-1",
  "content":[{"type":"text","text":"hi"}],"stop_reason":"end_turn","stop_sequence":null,
  "usage":{"input_tokens":10,"output_tokens":5}})";

/// `good` after a JSON merge patch.
std::string patched(const std::string& patch) {
  json document = json::parse(good);
  document.merge_patch(json::parse(patch));
  return document.dump();
}

chat_reply decoded(const std::string& body) {
  auto reply = decode_chat_reply(body);
  INFO(body);
  INFO((reply ? std::string{} : reply.failure().message));
  REQUIRE(reply);
  return std::move(reply).value();
}

std::string fault_of(const std::string& body) {
  const auto reply = decode_chat_reply(body);
  INFO(body);
  REQUIRE_FALSE(reply);
  return reply.failure().message;
}

token_usage usage(std::int64_t input, std::int64_t cached, std::int64_t written,
                  std::int64_t output, std::int64_t reasoning) {
  return {token_count{input},  token_count{cached},    token_count{written},
          token_count{output}, token_count{reasoning}, false};
}

} // namespace

TEST_CASE("Every recorded answer of Anthropic is read as its recorder read it",
          "[wire][anthropic]") {
  int seen = 0;
  for (const auto& r : spillway::testing::all_recorded(SPILLWAY_FIXTURES, "anthropic")) {
    if (r.response.status != 200 || r.row["streaming"] == true)
      continue;
    const json& expected = r.row["expect"];
    CAPTURE(r.row["id"]);
    const chat_reply reply = decoded(r.response.body);
    CHECK(reply.model_reported == expected["model"]);
    CHECK(reply.message.text == expected["text"]);
    CHECK(to_string(reply.finish) == expected["finish"]);
    CHECK(reply.finish_native == expected["finish_native"]);
    const json& u = expected["usage"];
    CHECK(reply.usage
          == usage(u["input"], u["cached"], u["cache_write"], u["output"], u["reasoning"]));
    REQUIRE(reply.message.tool_calls.size() == expected["tool_calls"].size());
    for (std::size_t i = 0; i < reply.message.tool_calls.size(); ++i) {
      CHECK(reply.message.tool_calls[i].id == expected["tool_calls"][i]["id"]);
      CHECK(json::parse(reply.message.tool_calls[i].arguments_json)
            == expected["tool_calls"][i]["arguments"]);
    }
    ++seen;
  }
  CHECK(seen >= 6);
}

TEST_CASE("Every recorded answer of Anthropic survives being written and read again",
          "[wire][anthropic]") {
  for (const auto& r : spillway::testing::all_recorded(SPILLWAY_FIXTURES, "anthropic")) {
    if (r.response.status != 200 || r.row["streaming"] == true)
      continue;
    CAPTURE(r.row["id"]);
    const chat_reply once = decoded(r.response.body);
    const chat_reply twice = decoded(encode_chat_reply(once, once.provider_request_id));
    const bool refused = once.finish == finish_reason::content_filter;
    CHECK((refused || twice.message == once.message));
    CHECK(twice.usage == once.usage);
    CHECK(twice.finish_native == once.finish_native);
    CHECK(twice.provider_request_id == once.provider_request_id);
  }
}

TEST_CASE("Tokens of caches count as input once", "[wire][anthropic]") {
  const chat_reply reply = decoded(patched(R"({"usage":{"input_tokens":10,
    "cache_read_input_tokens":1000,"cache_creation_input_tokens":300,
    "cache_creation":{"ephemeral_5m_input_tokens":200,"ephemeral_1h_input_tokens":100},
    "output_tokens":7,"output_tokens_details":{"thinking_tokens":3},"service_tier":"batch"}})"));
  CHECK(reply.usage.input == token_count{1310});
  CHECK(reply.usage.cached_input == token_count{1000});
  CHECK(reply.usage.cache_write == token_count{300});
  CHECK(reply.usage.cache_write_1h == token_count{100});
  CHECK(reply.usage.reasoning == token_count{3});
  CHECK(reply.usage.tier == service_tier::batch);
  CHECK_FALSE(reply.usage.estimated);
}

TEST_CASE("Usage that makes no sense is left to our own count", "[wire][anthropic]") {
  for (const char* bad : {R"({"usage":null})", R"({"usage":7})", R"({"usage":{"input_tokens":-1}})",
                          R"({"usage":{"output_tokens":"many"}})"}) {
    CAPTURE(bad);
    CHECK(decoded(patched(bad)).usage.estimated);
  }
}

TEST_CASE("Each reason to stop is told in ours and kept in the vendor's words",
          "[wire][anthropic]") {
  const auto [native, expected] = GENERATE(table<std::string, finish_reason>({
      {"end_turn", finish_reason::stop},
      {"stop_sequence", finish_reason::stop},
      {"pause_turn", finish_reason::stop},
      {"max_tokens", finish_reason::length},
      {"model_context_window_exceeded", finish_reason::length},
      {"refusal", finish_reason::content_filter},
      {"something_new", finish_reason::stop},
  }));
  CAPTURE(native);
  const chat_reply reply = decoded(patched(R"({"stop_reason":")" + native + "\"}"));
  CHECK(reply.finish == expected);
  CHECK(reply.finish_native == native);
  if (native != "something_new")
    CHECK(json::parse(encode_chat_reply(reply, "x"))["stop_reason"] == native);
}

TEST_CASE("A stop with tool calls of Anthropic is a call for tools", "[wire][anthropic]") {
  const chat_reply reply = decoded(patched(
      R"({"content":[{"type":"tool_use","id":"t","name":"get","input":{"b":1,"a":2}}]})"));
  CHECK(reply.finish == finish_reason::tool_calls);
  CHECK(reply.message.tool_calls[0].arguments_json == R"({"a":2,"b":1})");
  const chat_reply bare =
      decoded(patched(R"({"content":[{"type":"tool_use","id":"t","name":"get"}]})"));
  CHECK(bare.message.tool_calls[0].arguments_json == "{}");
}

TEST_CASE("A refusal says why", "[wire][anthropic]") {
  const chat_reply reply = decoded(patched(
      R"({"content":[],"stop_reason":"refusal","stop_details":{"explanation":"No."}})"));
  CHECK(reply.finish == finish_reason::content_filter);
  CHECK(reply.refusal == "No.");
}

TEST_CASE("Thoughts keep their signature, their model and their place", "[wire][anthropic]") {
  const std::string body = patched(R"({"content":[
    {"type":"thinking","thinking":"a","signature":"s1"},{"type":"text","text":"One"},
    {"type":"redacted_thinking","data":"x"},{"type":"text","text":"Two"},
    {"type":"tool_use","id":"t","name":"get","input":{}},
    {"type":"thinking","thinking":"b","signature":"s2"}],"stop_reason":"tool_use"})");
  const chat_reply reply = decoded(body);
  CHECK(reply.message.text == "OneTwo");
  CHECK(reply.message.reasoning
        == std::vector<reasoning_block>{
            {"a", "s1", {}, "anthropic", "m-1", 0, 0},
            {{}, {}, "x", "anthropic", "m-1", 3, 0},
            {"b", "s2", {}, "anthropic", "m-1", 6, 1}});
  CHECK(json::parse(encode_chat_reply(reply, "msg_1"))["content"] == json::parse(body)["content"]);
}

TEST_CASE("Structured output that came by a tool is the answer's text", "[wire][anthropic]") {
  const chat_reply reply = decoded(patched(R"({"stop_reason":"tool_use","content":[
    {"type":"tool_use","id":"t","name":"spillway_reply","input":{"age":7}}]})"));
  CHECK(reply.message.text == R"({"age":7})");
  CHECK(reply.message.tool_calls.empty());
  CHECK(reply.finish == finish_reason::stop);
}

TEST_CASE("Blocks of the vendor's own tools are passed over", "[wire][anthropic]") {
  const chat_reply reply = decoded(patched(R"({"content":[
    {"type":"server_tool_use","id":"s","name":"web_search","input":{"query":"x"}},
    {"type":"web_search_tool_result","tool_use_id":"s","content":[]},
    {"type":"text","text":"found"}]})"));
  CHECK(reply.message.text == "found");
  CHECK(reply.message.tool_calls.empty());
}

TEST_CASE("Another vendor's reply is told in this one's words", "[wire][anthropic]") {
  chat_reply reply;
  reply.message.tool_calls = {{"call.1", "get", ""}};
  reply.message.reasoning = {{"unsigned"}};
  reply.finish = finish_reason::tool_calls;
  reply.finish_native = "tool_calls";
  const json body = json::parse(encode_chat_reply(reply, "msg_9"));
  CHECK(body["stop_reason"] == "tool_use");
  CHECK(body["content"][0]["thinking"] == "unsigned");
  CHECK(body["content"][1]["input"] == json::object());
  chat_reply declined;
  declined.refusal = "I cannot.";
  CHECK(json::parse(encode_chat_reply(declined, "x"))["content"][0]["text"] == "I cannot.");
}

TEST_CASE("A reply that makes no sense is refused by the path of its fault", "[wire][anthropic]") {
  CHECK_THAT(fault_of("{\"content\":["), Catch::StartsWith("not valid JSON"));
  CHECK(fault_of("[]") == "the reply body must be a JSON object");
  CHECK(fault_of("{}") == "content is missing; expected an array");
  CHECK(fault_of(R"({"type":"error","error":{"type":"api_error"}})")
        == "the reply body holds an error");
  CHECK(fault_of(patched(R"({"content":"hi"})")) == "content must be an array");
  CHECK(fault_of(patched(R"({"content":[{"text":"x"}]})"))
        == "content[0].type is missing; expected a string");
  CHECK(fault_of(patched(R"({"content":[{"type":"text","text":7}]})"))
        == "content[0].text must be a string");
  CHECK(fault_of(patched(R"({"content":[{"type":"tool_use","name":"x","input":{}}]})"))
        == "content[0].id is missing; expected a string");
  CHECK(fault_of(patched(R"({"content":[{"type":"tool_use","id":"t","name":"x","input":[1]}]})"))
        == "content[0].input must be an object");
}

TEST_CASE("Halves of a character cost no answer of Anthropic's", "[wire][anthropic]") {
  std::string body = good;
  body.replace(body.find("hi"), 2, R"(a\ud83d)");
  CHECK(decoded(body).message.text == "a\xEF\xBF\xBD");
}
