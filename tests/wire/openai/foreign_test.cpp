#include "wire/left_out.hpp"
#include "wire/openai/chat_request.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

using namespace spillway;
using namespace spillway::wire;
using namespace spillway::wire::openai;
using nlohmann::json;

namespace {

constexpr std::string_view with_new_fields = R"({
    "model":"m","x_future":{"a":1},"metadata":{"k":"v"},
    "stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false},
    "response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"array"},
                       "strict":true,"description":"A reply."}},
    "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"},"x_deep":1},
              "cache_control":{"type":"ephemeral"},"x_note":1}],
    "tool_choice":{"type":"function","function":{"name":"f"}},
    "messages":[
      {"role":"system","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}},
                                  {"type":"text","text":"b"}]},
      {"role":"user","content":"x","bar":2},
      {"role":"user","bar":3,"content":[
         {"type":"image_url","image_url":{"url":"https://a/b.png","detail":"low","x_format":"png"}},
         {"type":"text","text":"x"}]},
      {"role":"user","content":[{"type":"text","text":"alone","baz":{"deep":[1]}}]},
      {"role":"assistant","content":null,"refusal":null,"annotations":[],"audio":null,
       "tool_calls":[{"id":"c","type":"function","index":0,"x_call":true,
                      "function":{"name":"f","arguments":"{}"}}]},
      {"role":"tool","tool_call_id":"c","content":"done"},
      {"role":"assistant","content":[{"type":"refusal","refusal":"no","why":"x"}],"prefix":true}]})";

json sent_on(const chat_request& request, const foreign_rule& rule) {
  return json::parse(
      encode_chat_request(request, "m", {}, {.stream = true, .foreign = rule}));
}

} // namespace

TEST_CASE("fields that are not modelled go along at every depth, where a server passes over them") {
  const auto read = decode_chat_request(with_new_fields);
  REQUIRE(read);
  // What became part of another field has no place of its own any more.
  CHECK(read->unread == std::vector<std::string>{"messages.content.why"});
  const json body = sent_on(read->request, {});
  CHECK(body["x_future"] == json{{"a", 1}});
  CHECK_FALSE(body.contains("metadata"));
  CHECK(body["stream_options"] == json{{"include_usage", true}, {"include_obfuscation", false}});
  CHECK(body["response_format"]["json_schema"]["description"] == "A reply.");
  CHECK(body["tools"][0]["x_note"] == 1);
  CHECK(body["tools"][0]["function"]["x_deep"] == 1);
  CHECK(body["messages"][1]["bar"] == 2);
  CHECK(body["messages"][2]["bar"] == 3);
  CHECK(body["messages"][2]["content"][0]["image_url"]["x_format"] == "png");
  CHECK(body["messages"][3]["content"][0]
        == json{{"type", "text"}, {"text", "alone"}, {"baz", {{"deep", {1}}}}});
  CHECK(body["messages"][4]["tool_calls"][0]["x_call"] == true);
  CHECK(body["messages"][6]["prefix"] == true);
}

TEST_CASE("a server that refuses unknown members gets those it knows, and the others are named") {
  constexpr std::array<std::string_view, 2> known = {"messages.prefix",
                                                     "response_format.json_schema.description"};
  const foreign_rule strict{.new_members = false, .known = known};
  const auto read = decode_chat_request(with_new_fields);
  REQUIRE(read);
  const json body = sent_on(read->request, strict);
  CHECK(body["x_future"] == json{{"a", 1}});
  CHECK(body["messages"][6]["prefix"] == true);
  CHECK(body["response_format"]["json_schema"]["description"] == "A reply.");
  for (const char* name : {"bar", "baz", "x_format", "x_note", "x_deep", "x_call", "obfuscation"})
    CHECK(body.dump().find(name) == std::string::npos);
  CHECK(left_out(read->request, {.dialect = chat_dialect, .foreign = strict})
        == std::vector<std::string>{"stream_options.include_obfuscation", "messages.bar",
                                    "messages.content.image_url.x_format", "messages.content.baz",
                                    "messages.tool_calls.x_call", "tools.function.x_deep",
                                    "tools.x_note"});
  const auto elsewhere = left_out(read->request, {.dialect = "anthropic"});
  CHECK(std::ranges::count(elsewhere, "x_future") == 1);
  CHECK(std::ranges::count(elsewhere, "messages.prefix") == 1);
}

TEST_CASE("a member goes along only where the field is sent that it stood in") {
  const auto read = decode_chat_request(with_new_fields);
  REQUIRE(read);
  const request_options other{.schema = schema_notation::json_object};
  const json body = json::parse(encode_chat_request(read->request, "m", {}, other));
  CHECK_FALSE(body.contains("stream_options")); // it is not streamed
  CHECK(body["response_format"] == json{{"type", "json_object"}});
}

TEST_CASE("what a field says that another says too goes nowhere by itself") {
  const auto read = decode_chat_request(R"({
      "model":"m","max_tokens":5,"max_completion_tokens":6,"reasoning":{"enabled":true},
      "messages":[{"role":"assistant","content":"a","reasoning":"hm","reasoning_content":"hm"}]})");
  REQUIRE(read);
  CHECK(read->unread.empty());
  CHECK(read->request.foreign == foreign_fields{});
  CHECK(read->request.effort == reasoning_effort::medium);
  CHECK(sent_on(read->request, {})["messages"]
        == json::parse(R"([{"role":"assistant","content":"a"}])"));
}
