#include "tests/support/recorded.hpp"
#include "wire/openai/chat_reply.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using namespace spillway::wire::openai;
using nlohmann::json;

namespace {

constexpr const char* good = R"({"id":"c1","model":"m-1","choices":[{"index":0,
  "message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],
  "usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}})";

/// `good` after a JSON merge patch.
std::string patched(const char* patch) {
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

/// `good` whose choice is replaced.
chat_reply with_choice(const std::string& choice) {
  return decoded(patched(("{\"choices\":[" + choice + "]}").c_str()));
}

token_usage usage(std::int64_t input, std::int64_t cached, std::int64_t written,
                  std::int64_t output, std::int64_t reasoning) {
  return {token_count{input},  token_count{cached},    token_count{written},
          token_count{output}, token_count{reasoning}, false};
}

token_usage usage_in(const char* text) {
  return decoded(patched((std::string{R"({"usage":)"} + text + '}').c_str())).usage;
}

} // namespace

TEST_CASE("Every recorded answer is read as its recorder read it", "[wire][openai]") {
  int seen = 0;
  for (const auto& r : spillway::testing::all_recorded(SPILLWAY_FIXTURES, "openai")) {
    if (r.response.status != 200 || r.row["streaming"])
      continue;
    const json& row = r.row;
    CAPTURE(row["id"]);
    const json& expected = row["expect"];
    const chat_reply reply = decoded(r.response.body);
    CHECK(reply.model_reported == expected["model"]);
    CHECK(reply.message.text == expected.value("text", ""));
    CHECK((reply.message.reasoning.empty() ? "" : reply.message.reasoning[0].text)
          == expected.value("reasoning_text", ""));
    CHECK(reply.refusal == expected.value("refusal", ""));
    CHECK(to_string(reply.finish) == expected["finish"]);
    CHECK(reply.finish_native == expected["finish_native"]);
    const json& u = expected["usage"];
    CHECK(reply.usage
          == usage(u["input"], u["cached"], u["cache_write"], u["output"], u["reasoning"]));
    REQUIRE(reply.message.tool_calls.size() == expected["tool_calls"].size());
    for (std::size_t i = 0; i < reply.message.tool_calls.size(); ++i) {
      CHECK(reply.message.tool_calls[i].id == expected["tool_calls"][i]["id"]);
      CHECK(reply.message.tool_calls[i].name == expected["tool_calls"][i]["name"]);
      CHECK(reply.message.tool_calls[i].arguments_json == expected["tool_calls"][i]["arguments"]);
    }
    ++seen;
  }
  CHECK(seen >= 6);
}

TEST_CASE("Every recorded answer survives being written and read again", "[wire][openai]") {
  for (const auto& r : spillway::testing::all_recorded(SPILLWAY_FIXTURES, "openai")) {
    if (r.response.status != 200 || r.row["streaming"])
      continue;
    CAPTURE(r.row["id"]);
    const chat_reply first = decoded(r.response.body);
    const chat_reply again = decoded(encode_chat_reply(first, "id-2", wall_time{}));
    CHECK(again.message == first.message);
    CHECK(again.refusal == first.refusal);
    CHECK(again.finish == first.finish);
    CHECK(again.usage == first.usage);
    CHECK(again.model_reported == first.model_reported);
    CHECK(again.provider_request_id == "id-2");
  }
}

TEST_CASE("A finish is mapped, and the vendor's word is kept", "[wire][openai]") {
  const auto [native, expected] = GENERATE(table<std::string, finish_reason>({
      {"stop", finish_reason::stop},
      {"length", finish_reason::length},
      {"content_filter", finish_reason::content_filter},
      {"eos_token", finish_reason::stop},
      {"model_length", finish_reason::length},
      {"max_tokens", finish_reason::length},
      {"sensitive", finish_reason::content_filter},
      {"SAFETY", finish_reason::content_filter},
      {"content_filter: PROHIBITED_CONTENT", finish_reason::content_filter},
      {"MAX_TOKENS", finish_reason::length},
      {"", finish_reason::stop},
  }));
  const chat_reply reply =
      with_choice(R"({"message":{"content":"x"},"finish_reason":")" + native + "\"}");
  CHECK(reply.finish == expected);
  CHECK(reply.finish_native == native);
}

TEST_CASE("A stop with tool calls is a call for tools", "[wire][openai]") {
  const auto native = GENERATE(as<std::string>{}, R"("stop")", R"("function_call")", "null");
  const chat_reply reply = with_choice(
      R"({"message":{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]},)"
      R"("finish_reason":)"
      + native + "}");
  CHECK(reply.finish == finish_reason::tool_calls);
}

TEST_CASE("Calls without an id get distinct ones, and arguments may be an object",
          "[wire][openai]") {
  const chat_reply reply =
      with_choice(R"({"message":{"tool_calls":[{"function":{"name":"f","arguments":{"x":1}}},)"
                  R"({"id":"","function":{"name":"f"}}]}})");
  const auto& calls = reply.message.tool_calls;
  REQUIRE(calls.size() == 2);
  CHECK(calls[0].arguments_json == R"({"x":1})");
  CHECK(calls[1].arguments_json.empty());
  CHECK_FALSE(calls[0].id.empty());
  CHECK(calls[0].id != calls[1].id);
}

TEST_CASE("Usage that is missing or senseless is estimated, not fatal", "[wire][openai]") {
  const auto text =
      GENERATE(as<std::string>{}, "null", "[]", "\"x\"", "7",
               R"({"prompt_tokens":null,"completion_tokens":null})", R"({"prompt_tokens":-1})",
               R"({"prompt_tokens":"10"})", R"({"prompt_tokens":1e15})",
               R"({"completion_tokens":-3})", R"({"prompt_tokens":1.5})");
  CAPTURE(text);
  const token_usage read = usage_in(text.c_str());
  CHECK(read.estimated);
  CHECK(read.total() == token_count{});
}

TEST_CASE("Parts of usage lie within their totals", "[wire][openai]") {
  CHECK(usage_in(R"({"prompt_tokens_details":{"cached_tokens":4,"cache_write_tokens":3}})")
        == usage(10, 4, 3, 5, 0));
  CHECK(usage_in(R"({"prompt_tokens_details":{"cached_tokens":40,"cache_write_tokens":30}})")
        == usage(10, 10, 0, 5, 0));
  CHECK(usage_in(R"({"prompt_cache_hit_tokens":6})") == usage(10, 6, 0, 5, 0));
  CHECK(usage_in(R"({"completion_tokens_details":{"reasoning_tokens":50}})")
        == usage(10, 0, 0, 5, 5));
}

TEST_CASE("Audio and the tier that is billed are read", "[wire][openai]") {
  const token_usage read = usage_in(R"({"prompt_tokens_details":{"audio_tokens":7},
      "completion_tokens_details":{"audio_tokens":90,"reasoning_tokens":1}})");
  CHECK(read.audio_input == token_count{7});
  CHECK(read.audio_output == token_count{4});
  const auto tier_of = [](const std::string& tier) {
    return decode_chat_reply(R"({"choices":[{"message":{"role":"assistant","content":"x"},)"
                             R"("finish_reason":"stop"}],"service_tier":)"
                             + tier + "}")
        .value()
        .usage.tier;
  };
  CHECK(tier_of("\"flex\"") == service_tier::flex);
  CHECK(tier_of("\"priority\"") == service_tier::priority);
  CHECK(tier_of("\"default\"") == service_tier::standard);
  CHECK(tier_of("null") == service_tier::standard);
}

TEST_CASE("Tokens that only the total knows are output", "[wire][openai]") {
  CHECK(usage_in(R"({"total_tokens":115})") == usage(10, 0, 0, 105, 100));
  CHECK(usage_in(R"({"total_tokens":3})") == usage(10, 0, 0, 5, 0));
}

TEST_CASE("Content may be a list of text parts", "[wire][openai]") {
  const chat_reply reply = with_choice(
      R"({"message":{"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}})");
  CHECK(reply.message.text == "ab");
}

TEST_CASE("What is no answer is refused with its path", "[wire][openai]") {
  const auto [body, message] = GENERATE(table<std::string, std::string>({
      {"", "not valid JSON"},
      {"<html>", "not valid JSON"},
      {"[]", "must be a JSON object"},
      {"{}", "choices must hold at least one answer"},
      {R"({"choices":[]})", "choices must hold at least one answer"},
      {R"({"choices":{}})", "choices must be an array"},
      {R"({"choices":[1]})", "choices[0] must be an object"},
      {R"({"choices":[{"finish_reason":"stop"}]})", "choices[0].message"},
      {R"({"choices":[{"message":{"content":5}}]})", "choices[0].message.content"},
      {R"({"choices":[{"message":{"tool_calls":[{"id":"a"}]}}]})",
       "choices[0].message.tool_calls[0].function.name"},
      {R"({"choices":[{"message":{"content":"x"},"error":{"code":502}}]})", "choices[0].error"},
      {R"({"error":{"message":"no"},"choices":[{"message":{"content":"x"}}]})", "error"},
  }));
  CAPTURE(body);
  const auto reply = decode_chat_reply(body);
  REQUIRE_FALSE(reply);
  CHECK_THAT(reply.failure().message, Catch::Contains(message));
}

TEST_CASE("Every truncation of an answer is refused, none crashes", "[wire][openai]") {
  const std::string body = good;
  for (std::size_t n = 0; n < body.size(); ++n)
    REQUIRE_FALSE(decode_chat_reply(std::string_view{body}.substr(0, n)));
}

TEST_CASE("Any single damaged byte is refused or read, none crashes", "[wire][openai]") {
  for (std::size_t i = 0; i < std::string_view{good}.size(); ++i)
    for (const char c : {'\0', '"', '{', ']', '9', '\xff'}) {
      std::string body = good;
      body[i] = c;
      const auto reply = decode_chat_reply(body);
      CHECK((reply || !reply.failure().message.empty()));
    }
}

TEST_CASE("An answer is written as the vendor writes it", "[wire][openai]") {
  chat_reply reply;
  reply.message = {chat_role::assistant, "", "", {{"id1", "f", ""}}, ""};
  reply.finish = finish_reason::tool_calls;
  reply.model_reported = "m";
  reply.usage = usage(10, 4, 0, 5, 2);
  const json body =
      json::parse(encode_chat_reply(reply, "chatcmpl-1", wall_time{std::chrono::seconds{77}}));
  CHECK(body == json::parse(R"({"id":"chatcmpl-1","object":"chat.completion","created":77,
    "model":"m","choices":[{"index":0,"logprobs":null,"finish_reason":"tool_calls",
    "message":{"role":"assistant","content":null,"refusal":null,"tool_calls":[
      {"id":"id1","type":"function","function":{"name":"f","arguments":"{}"}}]}}],
    "usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,
      "prompt_tokens_details":{"cached_tokens":4},
      "completion_tokens_details":{"reasoning_tokens":2}}})"));
}

TEST_CASE("The one call of older servers is a call like another", "[wire][openai]") {
  const chat_reply reply = with_choice(
      R"({"message":{"content":null,"function_call":{"name":"f","arguments":"{\"x\":1}"}},
          "finish_reason":"function_call"})");
  CHECK(reply.message.tool_calls == std::vector<tool_call>{{"call_c1", "f", R"({"x":1})"}});
  CHECK(reply.finish == finish_reason::tool_calls);
  CHECK(reply.finish_native == "function_call");
}

TEST_CASE("A call of a tool that takes any text gives its input", "[wire][openai]") {
  const chat_reply reply = with_choice(
      R"({"message":{"tool_calls":[{"id":"a","type":"custom","custom":{"name":"f","input":"1+1"}}]},
          "finish_reason":"tool_calls"})");
  CHECK(reply.message.tool_calls == std::vector<tool_call>{{"a", "f", "1+1"}});
}

TEST_CASE("Of a spoken answer the transcript is the text", "[wire][openai]") {
  const chat_reply reply = with_choice(
      R"({"message":{"content":null,"audio":{"id":"a","data":"AAAA","transcript":"hello"}}})");
  CHECK(reply.message.text == "hello");
}

TEST_CASE("What Mistral puts between the texts of an answer costs none of them", "[wire][openai]") {
  const chat_reply reply = with_choice(
      R"({"message":{"content":[{"type":"text","text":"a"},{"type":"reference","reference_ids":[1]},
          {"type":"text","text":"b"}]},"finish_reason":"stop"})");
  CHECK(reply.message.text == "ab");
}
