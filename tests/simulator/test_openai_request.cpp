#include "simulator/openai_request.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace spillway;
using namespace spillway::simulator;

TEST_CASE("a full request is read") {
  const auto call = read_chat_call(R"({
    "model": "gpt-4o", "temperature": 0.5, "parallel_tool_calls": false, "stop": "END",
    "max_completion_tokens": 50, "unknown": {"x": 1},
    "messages": [
      {"role": "developer", "content": "Be brief."},
      {"role": "user", "content": [{"type": "text", "text": "a"},
                                   {"type": "image_url", "image_url": {"url": "data:"}},
                                   {"type": "text", "text": "b"}]},
      {"role": "assistant", "content": null, "tool_calls": [
        {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
      {"role": "tool", "tool_call_id": "c1", "content": "result"}],
    "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
    "tool_choice": {"type": "function", "function": {"name": "f"}},
    "response_format": {"type": "json_schema",
                        "json_schema": {"name": "n", "schema": {"a": 1}}}})");
  REQUIRE(call);
  CHECK(call->model == "gpt-4o");
  const chat_request& chat = call->chat;
  REQUIRE(chat.messages.size() == 4);
  CHECK(chat.messages[0].role == chat_role::developer);
  CHECK(chat.messages[1].text == "ab");
  CHECK(chat.messages[2].tool_calls == std::vector<tool_call>{{"c1", "f", "{}"}});
  CHECK(chat.messages[3].tool_call_id == "c1");
  CHECK(chat.tools == std::vector<tool_definition>{{"f", "", R"({"type":"object"})"}});
  CHECK(chat.choice == tool_choice{tool_choice_mode::named, "f"});
  CHECK(chat.parallel_tool_calls == std::optional<bool>{false});
  CHECK(chat.output_tokens_max == token_count{50});
  CHECK(chat.stop == std::vector<std::string>{"END"});
  CHECK(chat.response_schema_json == R"({"a":1})");
}

TEST_CASE("the old name of the output bound is read, and tool choice words") {
  const auto read = [](const std::string& fields) {
    return read_chat_call(R"({"model":"m","messages":[],)" + fields + "}")->chat;
  };
  CHECK(read(R"("max_tokens":7)").output_tokens_max == token_count{7});
  CHECK(read(R"("tool_choice":"none")").choice->mode == tool_choice_mode::none);
  CHECK(read(R"("tool_choice":"required")").choice->mode == tool_choice_mode::required);
  CHECK(read(R"("tool_choice":"auto")").choice->mode == tool_choice_mode::automatic);
  CHECK_FALSE(read(R"("tool_choice":null)").choice);
}

TEST_CASE("what the vendor would refuse is refused, whatever it is") {
  for (const char* body : {"", "{", "[]", "null", R"({"messages":[]})", R"({"model":"m"})",
                           R"({"model":5,"messages":[]})", R"({"model":"m","messages":[5]})",
                           R"({"model":"m","messages":{}})",
                           R"({"model":"m","messages":[{"role":"robot","content":"x"}]})",
                           R"({"model":"m","messages":[{"content":"x"}]})",
                           R"({"model":"m","messages":[{"role":"user","content":5}]})",
                           R"({"model":"m","messages":[],"stop":[5]})",
                           R"({"model":"m","messages":[],"max_tokens":"many"})",
                           R"({"model":"m","messages":[],"tools":[{}]})",
                           R"({"model":"m","messages":[],"stream":"yes"})"}) {
    INFO(body);
    CHECK_FALSE(read_chat_call(body));
  }
  CHECK_FALSE(read_chat_call(std::string(100'000, '[')));
  CHECK_FALSE(read_chat_call(R"({"model":"m","messages":)" + std::string(100, '[')
                             + std::string(100, ']') + "}"));
}
