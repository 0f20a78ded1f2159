// What each server that follows OpenAI must not be sent, and what it must.
#include "providers/registry.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>

using namespace spillway;
using namespace spillway::providers;
using nlohmann::json;

namespace {

/// A request with all that some server refuses.
chat_request loaded() {
  chat_request r;
  r.messages = {{chat_role::user, "hi", "ann", {}, ""},
                {chat_role::assistant, "", "", {{"call_long_id", "f", "{}"}}, ""},
                {chat_role::tool, "42", "", {}, "call_long_id"}};
  r.messages[1].reasoning = {{"hm", "sig", "", "anthropic"}};
  r.tools = {{"f", "", ""}};
  r.temperature = 0.5;
  r.top_p = 0.5;
  r.seed = 7;
  r.top_k = 40;
  r.logprobs = true;
  r.presence_penalty = 0.1;
  r.user = "ann";
  r.effort = reasoning_effort::low;
  r.response_schema_json = R"({"type":"object","properties":{"a":{"type":"string"}}})";
  return r;
}

wire::http_request request_to(std::string_view dialect, std::string_view model,
                              const chat_request& r = loaded()) {
  const auto codec = make_codec(dialect, "/v1", secret{"k"});
  REQUIRE(codec);
  return (*codec)->encode({r, model, token_count{9}, true});
}

json body_to(std::string_view dialect, std::string_view model = "m") {
  return json::parse(request_to(dialect, model).body);
}

} // namespace

TEST_CASE("Reasoning models get no temperature, unless they are told not to think",
          "[providers][profile]") {
  const auto model = GENERATE("o3", "o4-mini", "gpt-5-mini", "gpt-5.6-sol", "gpt-6-luna");
  const json body = body_to("openai", model);
  for (const char* field : {"temperature", "top_p", "presence_penalty", "logprobs"})
    CHECK_FALSE(body.contains(field));
  CHECK(body["reasoning_effort"] == "low");
  CHECK(body["max_completion_tokens"] == 9);
  chat_request r = loaded();
  r.effort = reasoning_effort::none;
  CHECK(json::parse(request_to("openai", model, r).body).contains("temperature"));
}

TEST_CASE("Other models get it", "[providers][profile]") {
  const auto model = GENERATE("gpt-4o", "gpt-4.1-mini", "chatgpt-4o-latest");
  CHECK(body_to("openai", model)["temperature"] == 0.5);
}

TEST_CASE("OpenAI gets no top_k and no thoughts of others", "[providers][profile]") {
  const json body = body_to("openai", "gpt-4o");
  CHECK_FALSE(body.contains("top_k"));
  CHECK_FALSE(body["messages"][1].contains("reasoning_content"));
  CHECK_FALSE(body["messages"][1].contains("reasoning_details"));
  CHECK(body["stream_options"]["include_usage"] == true);
}

TEST_CASE("Models that answer responses only are asked there", "[providers][profile]") {
  const auto model = GENERATE("gpt-5-codex", "o3-pro", "gpt-5.4-pro", "o3-deep-research");
  const wire::http_request request = request_to("openai", model);
  CHECK(request.target == "/v1/responses");
  const json body = json::parse(request.body);
  CHECK(body["stream"] == true);
  CHECK(body["max_output_tokens"] == 9);
  CHECK(body["input"].is_array());
  CHECK_FALSE(body.contains("temperature"));
  CHECK(request_to("openai", "gpt-5").target == "/v1/chat/completions");
}

TEST_CASE("A deployment that the catalog knows to answer responses only is asked there",
          "[providers][profile]") {
  const auto codec = make_codec("azure", "/openai/v1", secret{"k"});
  REQUIRE(codec);
  const chat_request request = loaded();
  upstream_call call{request, "our-own-name", token_count{9}};
  CHECK((*codec)->encode(call).target == "/openai/v1/chat/completions");
  call.responses_only = true;
  const wire::http_request asked = (*codec)->encode(call);
  CHECK(asked.target == "/openai/v1/responses");
  CHECK(json::parse(asked.body).at("input").is_array());
  CHECK(std::ranges::count((*codec)->left_out(call), "seed") == 1);
}

TEST_CASE("Cache marks go to the models that know them", "[providers][profile]") {
  chat_request r = loaded();
  r.messages[0].cache = cache_mark::five_minutes;
  const auto marked = [&](std::string_view dialect, std::string_view model) {
    return json::parse(request_to(dialect, model, r).body)["messages"][0]["content"].is_array();
  };
  CHECK(marked("openai", "gpt-5.6-sol"));
  CHECK_FALSE(marked("openai", "gpt-4o"));
  CHECK_FALSE(marked("generic", "gpt-5.6-sol"));
  CHECK(marked("openrouter", "anthropic/claude-sonnet-4.5"));
}

TEST_CASE("Groq gets none of the fields that it answers with 400", "[providers][profile]") {
  const json body = body_to("groq");
  CHECK_FALSE(body.contains("logprobs"));
  CHECK_FALSE(body["messages"][0].contains("name"));
  CHECK(body["temperature"] == 0.5);
}

TEST_CASE("Mistral gets its own names, and ids it takes", "[providers][profile]") {
  const json body = body_to("mistral");
  CHECK(body["random_seed"] == 7);
  for (const char* field : {"seed", "stream_options", "user", "logprobs", "max_completion_tokens",
                            "reasoning_effort"})
    CHECK_FALSE(body.contains(field));
  const std::string id = body["messages"][1]["tool_calls"][0]["id"];
  CHECK(id.size() == 9);
  CHECK(body["messages"][2]["tool_call_id"] == id);
}

TEST_CASE("DeepSeek gets its thoughts back and the schema in words", "[providers][profile]") {
  const json body = body_to("deepseek");
  CHECK(body["response_format"] == json::parse(R"({"type":"json_object"})"));
  CHECK_THAT(body["messages"][0]["content"].get<std::string>(), Catch::Contains("JSON Schema"));
  CHECK(body["messages"][2]["reasoning_content"] == "hm");
}

TEST_CASE("OpenRouter is asked for effort its way and gets signed thoughts back",
          "[providers][profile]") {
  const json body = body_to("openrouter");
  CHECK(body["reasoning"]["effort"] == "low");
  CHECK_FALSE(body.contains("reasoning_effort"));
  CHECK(body["messages"][1]["reasoning_details"][0]["signature"] == "sig");
  CHECK(body["top_k"] == 40);
}

TEST_CASE("Fields of the caller that we do not model reach every server of the dialect and no other",
          "[providers][profile]") {
  chat_request r = loaded();
  r.foreign = {"openai", R"({"verbosity":"low","temperature":2,"min_p":0.1,"messages":[]})"};
  const json body = json::parse(request_to("vllm", "m", r).body);
  CHECK(body["min_p"] == 0.1);
  CHECK(body["verbosity"] == "low");
  CHECK(body["temperature"] == 0.5);
  CHECK(body["messages"].size() == r.messages.size());
  r.foreign.dialect = "anthropic";
  CHECK_FALSE(json::parse(request_to("vllm", "m", r).body).contains("min_p"));
}

TEST_CASE("Fields that agents put into turns reach no server that answers them with 400",
          "[providers][profile]") {
  chat_request r = loaded();
  r.response_schema_json.clear(); // or DeepSeek is told of it in a turn before
  r.messages[0].foreign = {"openai", R"({"timestamp":1,"prefix":true})"};
  const auto turn = [&](std::string_view dialect) {
    return json::parse(request_to(dialect, "m", r).body)["messages"][0];
  };
  for (const char* dialect : {"openai", "azure", "groq", "mistral", "gemini_openai"})
    CHECK_FALSE(turn(dialect).contains("timestamp"));
  for (const char* dialect : {"vllm", "ollama", "llamacpp", "generic", "openrouter", "deepseek"})
    CHECK(turn(dialect)["timestamp"] == 1);
  CHECK(turn("mistral")["prefix"] == true);
  CHECK_FALSE(turn("groq").contains("prefix"));
}
