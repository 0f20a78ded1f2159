#include "wire/openai/chat_reply.hpp"
#include "wire/openai/chat_request.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using namespace spillway::wire::openai;
using nlohmann::json;

namespace {

chat_reply reply_of(const std::string& message) {
  const auto reply = decode_chat_reply(R"({"choices":[{"message":)" + message + "}]}");
  INFO((reply ? std::string{} : reply.failure().message));
  REQUIRE(reply);
  return *reply;
}

/// What a server gets of an assistant's turn that was read from `message`.
json returned(const std::string& message, reasoning_return how) {
  const auto read = decode_chat_request(R"({"model":"m","messages":[)" + message + "]}");
  REQUIRE(read);
  request_options options;
  options.reasoning = how;
  return json::parse(encode_chat_request(read->request, "m", {}, options))["messages"][0];
}

constexpr const char* signed_message = R"({"role":"assistant","content":"a",
  "reasoning_content":"I think","reasoning_details":[
    {"type":"reasoning.text","text":"I think","signature":"s1","format":"anthropic-claude-v1",
     "index":0},
    {"type":"reasoning.encrypted","data":"xx","format":"anthropic-claude-v1","index":1}]})";

} // namespace

TEST_CASE("Thoughts are read wherever servers put them", "[wire][openai]") {
  const auto message = GENERATE(
      as<std::string>{}, R"({"content":"a","reasoning_content":"hm"})",
      R"({"content":"a","reasoning":"hm"})",
      R"({"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},)"
      R"({"type":"text","text":"a"}]})",
      R"({"content":"a","reasoning":"hm","reasoning_details":[{"type":"reasoning.text",)"
      R"("text":"hm"}]})",
      R"({"content":"a","reasoning_details":[{"type":"reasoning.summary","summary":"hm"}]})");
  CAPTURE(message);
  const chat_reply reply = reply_of(message);
  CHECK(reply.message.text == "a");
  REQUIRE(reply.message.reasoning.size() == 1);
  CHECK(reply.message.reasoning[0].text == "hm");
}

TEST_CASE("Signatures and encrypted thoughts survive the way to a client and back",
          "[wire][openai]") {
  const chat_reply first = reply_of(signed_message);
  REQUIRE(first.message.reasoning.size() == 2);
  CHECK(first.message.reasoning[0] == reasoning_block{"I think", "s1", "", "anthropic"});
  CHECK(first.message.reasoning[1] == reasoning_block{"", "", "xx", "anthropic"});
  const json sent = json::parse(encode_chat_reply(first, "id", {}))["choices"][0]["message"];
  CHECK(sent["reasoning_content"] == "I think");
  CHECK(reply_of(sent.dump()).message.reasoning == first.message.reasoning);
}

TEST_CASE("Thoughts without a signature need no details", "[wire][openai]") {
  const chat_reply reply = reply_of(R"({"content":"a","reasoning":"hm"})");
  const json sent = json::parse(encode_chat_reply(reply, "id", {}))["choices"][0]["message"];
  CHECK(sent["reasoning_content"] == "hm");
  CHECK_FALSE(sent.contains("reasoning_details"));
}

TEST_CASE("Thinking blocks as LiteLLM has them are Anthropic's", "[wire][openai]") {
  const chat_reply reply = reply_of(R"({"content":"a","thinking_blocks":[
    {"type":"thinking","thinking":"hm","signature":"s"},{"type":"redacted_thinking","data":"d"}]})");
  CHECK(reply.message.reasoning
        == std::vector<reasoning_block>{{"hm", "s", "", "anthropic"}, {"", "", "d", "anthropic"}});
}

TEST_CASE("OpenAI gets no thoughts back", "[wire][openai]") {
  const json turn = returned(signed_message, reasoning_return::never);
  CHECK(turn == json::parse(R"({"role":"assistant","content":"a"})"));
}

TEST_CASE("DeepSeek gets thoughts back as text, and with calls an empty one at least",
          "[wire][openai]") {
  CHECK(returned(signed_message, reasoning_return::as_content)["reasoning_content"] == "I think");
  const char* calling = R"({"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f"}}]})";
  CHECK(returned(calling, reasoning_return::as_content)["reasoning_content"] == "");
  const char* plain = R"({"role":"assistant","content":"a"})";
  CHECK_FALSE(returned(plain, reasoning_return::as_content).contains("reasoning_content"));
}

TEST_CASE("OpenRouter gets thoughts back with their signatures", "[wire][openai]") {
  const json details =
      returned(signed_message, reasoning_return::as_details)["reasoning_details"];
  CHECK(details == json::parse(signed_message)["reasoning_details"]);
}

TEST_CASE("The signature of a call survives to a client and back", "[wire][openai]") {
  const std::string message = R"({"role":"assistant","content":null,"tool_calls":[{"id":"c",
    "type":"function","function":{"name":"f","arguments":"{}"},
    "extra_content":{"google":{"thought_signature":"c2ln"}}}]})";
  const chat_reply reply = reply_of(message);
  CHECK(reply.message.tool_calls[0].signature == "c2ln");
  const json sent = json::parse(encode_chat_reply(reply, "id", {}))["choices"][0]["message"];
  CHECK(sent["tool_calls"] == json::parse(message)["tool_calls"]);
  const auto read = decode_chat_request(R"({"model":"m","messages":[)" + message + "]}");
  REQUIRE(read);
  const auto calls = [&](bool signatures) {
    return json::parse(encode_chat_request(read->request, "m", {},
                                           {.thought_signatures = signatures}))["messages"][0]
                                                                               ["tool_calls"][0];
  };
  CHECK(calls(true)["extra_content"]["google"]["thought_signature"] == "c2ln");
  CHECK_FALSE(calls(false).contains("extra_content"));
}
