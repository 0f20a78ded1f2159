#include "tests/support/recorded.hpp"
#include "wire/anthropic/chat_request.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using namespace spillway::wire::anthropic;
using nlohmann::json;

namespace {

constexpr const char* newest = "claude-opus-4-8";
constexpr const char* older = "claude-sonnet-4-5";
constexpr const char* oldest = "claude-3-5-haiku-20241022";

chat_message turn(chat_role role, std::string text) {
  chat_message message;
  message.role = role;
  message.text = std::move(text);
  return message;
}

chat_message user(std::string text) {
  return turn(chat_role::user, std::move(text));
}

chat_message calling(std::vector<tool_call> calls, std::string text = {}) {
  chat_message message = turn(chat_role::assistant, std::move(text));
  message.tool_calls = std::move(calls);
  return message;
}

chat_message result_of(std::string id, std::string text) {
  chat_message message = turn(chat_role::tool, std::move(text));
  message.tool_call_id = std::move(id);
  return message;
}

chat_request asking(std::vector<chat_message> messages) {
  chat_request request;
  request.messages = std::move(messages);
  return request;
}

json encoded(const chat_request& request, const char* model = older,
             std::int64_t output_max = 9'000) {
  return json::parse(
      encode_chat_request(request, model, token_count{output_max}, {traits_of(model)}));
}

json text(const std::string& words) {
  return {{"type", "text"}, {"text", words}};
}

decoded_chat_request decoded(const std::string& body) {
  auto request = decode_chat_request(body);
  INFO(body);
  INFO((request ? std::string{} : request.failure().message));
  REQUIRE(request);
  return std::move(request).value();
}

std::string fault_of(const std::string& body) {
  const auto request = decode_chat_request(body);
  INFO(body);
  REQUIRE_FALSE(request);
  return request.failure().message;
}

/// A body with these members besides the least.
std::string body_with(const std::string& members) {
  return R"({"model":"claude-opus-4-8","max_tokens":100,)"
         R"("messages":[{"role":"user","content":"hi"}],)"
         + members + '}';
}

/// A body with this content in the user's turn.
std::string user_body(const std::string& blocks) {
  return R"({"model":"m","max_tokens":100,"messages":[{"role":"user","content":[)" + blocks
         + "]}]}";
}

} // namespace

TEST_CASE("A call carries model, bound and turns", "[wire][anthropic]") {
  chat_request request = asking({user("hi")});
  request.stop = {"END"};
  request.user = "u-7";
  const json body = encoded(request);
  CHECK(body
        == json{{"model", older},
                {"max_tokens", 9000},
                {"messages", {{{"role", "user"}, {"content", {text("hi")}}}}},
                {"stop_sequences", {"END"}},
                {"metadata", {{"user_id", "u-7"}}}});
  CHECK(json::parse(encode_chat_request(request, older, token_count{1}, {traits_of(older), true}))
            ["stream"]
        == true);
}

TEST_CASE("Without a bound the model's own is sent, since the vendor wants one",
          "[wire][anthropic]") {
  CHECK(encoded(asking({user("hi")}), older, 0)["max_tokens"] == 64'000);
  CHECK(encoded(asking({user("hi")}), newest, 0)["max_tokens"] == 128'000);
  CHECK(encoded(asking({user("hi")}), "claude-3-haiku-20240307", 0)["max_tokens"] == 4'096);
}

TEST_CASE("Results of parallel calls are one user turn, in order, before its text",
          "[wire][anthropic]") {
  const json body =
      encoded(asking({user("weather?"), calling({{"a", "get", "{}"}, {"b", "get", "{}"}}),
                      result_of("a", "rain"), result_of("b", "sun"), user("well?")}));
  const json& last = body["messages"][2];
  REQUIRE(body["messages"].size() == 3);
  CHECK(last["role"] == "user");
  REQUIRE(last["content"].size() == 3);
  CHECK(last["content"][0]
        == json{{"type", "tool_result"}, {"tool_use_id", "a"}, {"content", "rain"}});
  CHECK(last["content"][1]["tool_use_id"] == "b");
  CHECK(last["content"][2] == text("well?"));
}

TEST_CASE("A result that comes after the user's text is put before it", "[wire][anthropic]") {
  const json body = encoded(asking({user("weather?"), calling({{"a", "get", "{}"}}),
                                    user("well?"), result_of("a", "rain")}));
  CHECK(body["messages"][2]["content"][0]["type"] == "tool_result");
  CHECK(body["messages"][2]["content"][1] == text("well?"));
}

TEST_CASE("A failed tool is told as failed", "[wire][anthropic]") {
  chat_message failed = result_of("a", "no such file");
  failed.is_error = true;
  const json body = encoded(asking({user("read"), calling({{"a", "read", "{}"}}), failed}));
  CHECK(body["messages"][2]["content"][0]["is_error"] == true);
}

TEST_CASE("Blank texts are dropped, and a call without text is only a call", "[wire][anthropic]") {
  const json body = encoded(
      asking({user("go"), calling({{"a", "get", R"({"x":1})"}}, " \n"), result_of("a", "  ")}));
  const json call = {{"type", "tool_use"}, {"id", "a"}, {"name", "get"}, {"input", {{"x", 1}}}};
  CHECK(body["messages"][1]["content"] == json::array({call}));
  CHECK_FALSE(body["messages"][2]["content"][0].contains("content"));
}

TEST_CASE("System and developer turns become the system, several in order", "[wire][anthropic]") {
  const json one = encoded(asking({turn(chat_role::system, "Be brief."), user("hi")}));
  CHECK(one["system"] == "Be brief.");
  const json two = encoded(asking({turn(chat_role::system, "Be brief."),
                                   turn(chat_role::developer, "Be kind."), user("hi")}));
  CHECK(two["system"] == json::array({text("Be brief."), text("Be kind.")}));
  CHECK(two["messages"].size() == 1);
}

TEST_CASE("Instructions within a conversation stay there if the model takes them",
          "[wire][anthropic]") {
  const chat_request request = asking({user("hi"), turn(chat_role::developer, "Now in German."),
                                       turn(chat_role::assistant, "Hallo"), user("and?")});
  const json kept = encoded(request, newest);
  CHECK(kept["messages"][1] == json{{"role", "system"}, {"content", {text("Now in German.")}}});
  const json folded = encoded(request, older);
  CHECK(folded["messages"].size() == 3);
  CHECK(folded["messages"][0]["content"]
        == json::array({text("hi"), text("<system>\nNow in German.\n</system>")}));
}

TEST_CASE("Instructions at a place the vendor refuses become the user's text",
          "[wire][anthropic]") {
  const json body = encoded(asking({user("hi"), turn(chat_role::assistant, "Hallo"),
                                    turn(chat_role::system, "Now in English."), user("and?")}),
                            newest);
  REQUIRE(body["messages"].size() == 3);
  CHECK(body["messages"][2]["content"]
        == json::array({text("<system>\nNow in English.\n</system>"), text("and?")}));
}

TEST_CASE("Turns of one role are merged and the first is the user's", "[wire][anthropic]") {
  const json merged = encoded(asking({user("a"), user("b"), turn(chat_role::assistant, "c"),
                                      turn(chat_role::assistant, "d"), user("e")}));
  REQUIRE(merged["messages"].size() == 3);
  CHECK(merged["messages"][0]["content"] == json::array({text("a"), text("b")}));
  const json greeted = encoded(asking({turn(chat_role::assistant, "Hello!"), user("hi")}));
  CHECK(greeted["messages"][0]["role"] == "user");
  CHECK(greeted["messages"].size() == 3);
  const json alone = encoded(asking({turn(chat_role::system, "Tell a joke.")}));
  CHECK(alone["system"] == "Tell a joke.");
  CHECK(alone["messages"].size() == 1);
}

TEST_CASE("White space after the assistant's last words, which the vendor refuses, is cut",
          "[wire][anthropic]") {
  const json body = encoded(asking({user("go on"), turn(chat_role::assistant, "Once upon \n")}));
  CHECK(body["messages"][1]["content"][0] == text("Once upon"));
}

TEST_CASE("Arguments that are no JSON object are none", "[wire][anthropic]") {
  for (const char* arguments : {"", "{\"a\":", "[1]", "null", "\"x\""}) {
    CAPTURE(arguments);
    const json body = encoded(asking({user("go"), calling({{"a", "get", arguments}})}));
    CHECK(body["messages"][1]["content"][0]["input"] == json::object());
  }
}

TEST_CASE("Ids of other vendors are rewritten, alike for call and result", "[wire][anthropic]") {
  const json body = encoded(asking({user("go"), calling({{"call.1:x", "get", "{}"}}),
                                    result_of("call.1:x", "done")}));
  const std::string id = body["messages"][1]["content"][0]["id"];
  CHECK(id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string::npos);
  CHECK(body["messages"][2]["content"][0]["tool_use_id"] == id);
  const json other = encoded(asking({user("go"), calling({{"call_1_x", "get", "{}"}})}));
  CHECK(other["messages"][1]["content"][0]["id"] == "call_1_x");
}

TEST_CASE("Samplers go to models that take them, a temperature above 1 as 1", "[wire][anthropic]") {
  chat_request request = asking({user("hi")});
  request.temperature = 1.7;
  request.top_p = 0.9;
  request.top_k = 40;
  const json old = encoded(request, oldest);
  CHECK(old["temperature"] == 1.0);
  CHECK(old["top_p"] == 0.9);
  CHECK(old["top_k"] == 40);
  const json newer = encoded(request, older);
  CHECK(newer.contains("temperature"));
  CHECK_FALSE(newer.contains("top_p"));
  const json none = encoded(request, newest);
  for (const char* name : {"temperature", "top_p", "top_k"})
    CHECK_FALSE(none.contains(name));
}

TEST_CASE("Thoughts go back to the model they came from, unchanged and in their place",
          "[wire][anthropic]") {
  chat_message thought = calling({{"a", "get", "{}"}, {"b", "get", "{}"}}, "OneTwo");
  const std::string snapshot = "claude-sonnet-4-5-20250929";
  thought.reasoning = {{"first", "sig-1", {}, "anthropic", snapshot},
                       {{}, {}, "encrypted", "anthropic", snapshot, 3},
                       {"third", "sig-3", {}, {}, {}, 6, 1}};
  const chat_request request =
      asking({user("go"), thought, result_of("a", "x"), result_of("b", "y")});
  const json back = encoded(request, older)["messages"][1]["content"];
  REQUIRE(back.size() == 7);
  CHECK(back[0] == json{{"type", "thinking"}, {"thinking", "first"}, {"signature", "sig-1"}});
  CHECK(back[1] == text("One"));
  CHECK(back[2] == json{{"type", "redacted_thinking"}, {"data", "encrypted"}});
  CHECK(back[3] == text("Two"));
  CHECK(back[4]["id"] == "a");
  CHECK(back[5]["signature"] == "sig-3");
  CHECK(back[6]["id"] == "b");
}

TEST_CASE("Thoughts of another model and thoughts without a signature stay here",
          "[wire][anthropic]") {
  chat_message thought = turn(chat_role::assistant, "hello");
  thought.reasoning = {{"of Opus", "sig", {}, "anthropic", "claude-opus-4-5-20251101"},
                       {"of DeepSeek"},
                       {"of Gemini", "sig", {}, "gemini"}};
  const json body = encoded(asking({user("go"), thought, user("more")}), older);
  CHECK(body["messages"][1]["content"] == json::array({text("hello")}));
}

TEST_CASE("Each generation is told to think in its own way", "[wire][anthropic]") {
  chat_request request = asking({user("hi")});
  request.effort = reasoning_effort::high;
  CHECK(encoded(request, "claude-sonnet-4-5", 40'000)["thinking"]
        == json{{"type", "enabled"}, {"budget_tokens", 16'384}});
  CHECK_FALSE(encoded(request, "claude-sonnet-4-5", 40'000).contains("output_config"));
  const json both = encoded(request, "claude-opus-4-5", 40'000);
  CHECK(both["thinking"]["type"] == "enabled");
  CHECK(both["output_config"]["effort"] == "high");
  const json adaptive = encoded(request, "claude-opus-4-7", 40'000);
  CHECK(adaptive["thinking"] == json{{"type", "adaptive"}});
  CHECK(adaptive["output_config"] == json{{"effort", "high"}});
  const json never = encoded(request, oldest, 8'000);
  CHECK_FALSE(never.contains("thinking"));
  CHECK_FALSE(never.contains("output_config"));
}

TEST_CASE("A level the model lacks becomes the nearest it has", "[wire][anthropic]") {
  const auto [model, wanted, sent] = GENERATE(table<const char*, reasoning_effort, const char*>({
      {"claude-opus-4-5", reasoning_effort::max, "high"},
      {"claude-opus-4-6", reasoning_effort::xhigh, "max"},
      {"claude-opus-4-7", reasoning_effort::xhigh, "xhigh"},
      {"claude-opus-4-7", reasoning_effort::max, "max"},
      {"claude-opus-4-7", reasoning_effort::minimal, "low"},
      {"claude-fable-5", reasoning_effort::none, "low"},
  }));
  CAPTURE(model, sent);
  chat_request request = asking({user("hi")});
  request.effort = wanted;
  CHECK(encoded(request, model)["output_config"]["effort"] == sent);
}

TEST_CASE("No effort switches thoughts off where they may be on", "[wire][anthropic]") {
  chat_request request = asking({user("hi")});
  request.effort = reasoning_effort::none;
  CHECK(encoded(request, "claude-opus-5")["thinking"] == json{{"type", "disabled"}});
  CHECK_FALSE(encoded(request, "claude-fable-5").contains("thinking"));
  CHECK_FALSE(encoded(request, "claude-sonnet-4-5").contains("thinking"));
}

TEST_CASE("A number of tokens to think becomes a level where there is no budget",
          "[wire][anthropic]") {
  chat_request request = asking({user("hi")});
  request.reasoning_tokens_max = token_count{8'000};
  CHECK(encoded(request, "claude-opus-4-6", 40'000)["thinking"]["budget_tokens"] == 8'000);
  CHECK(encoded(request, "claude-opus-4-8", 40'000)["output_config"]["effort"] == "medium");
}

TEST_CASE("A budget leaves room for the answer, and is not asked for where there is none",
          "[wire][anthropic]") {
  chat_request request = asking({user("hi")});
  request.effort = reasoning_effort::high;
  CHECK(encoded(request, older, 4'000)["thinking"]["budget_tokens"] == 2'000);
  CHECK_FALSE(encoded(request, older, 2'047).contains("thinking"));
}

TEST_CASE("Thinking by a budget gives way to a tool choice that forces a call",
          "[wire][anthropic]") {
  chat_request request = asking({user("hi")});
  request.tools = {{"get", "", ""}};
  request.choice = tool_choice{tool_choice_mode::required, {}};
  request.effort = reasoning_effort::high;
  request.temperature = 0.5;
  const json old = encoded(request, older, 40'000);
  CHECK(old["tool_choice"] == json{{"type", "any"}});
  CHECK_FALSE(old.contains("thinking"));
  CHECK(old["temperature"] == 0.5);
  CHECK(encoded(request, newest, 40'000)["thinking"]["type"] == "adaptive");
}

TEST_CASE("A tool loop that began without thoughts goes on without", "[wire][anthropic]") {
  chat_request request =
      asking({user("go"), calling({{"a", "get", "{}"}}), result_of("a", "done")});
  request.effort = reasoning_effort::high;
  CHECK_FALSE(encoded(request, older, 40'000).contains("thinking"));
  request.messages[1].reasoning = {{"hm", "sig"}};
  CHECK(encoded(request, older, 40'000).contains("thinking"));
  request.messages.push_back(turn(chat_role::assistant, "Done."));
  request.messages.push_back(user("again"));
  request.messages[1].reasoning.clear();
  CHECK(encoded(request, older, 40'000).contains("thinking"));
}

TEST_CASE("A thinking model gets no sampler", "[wire][anthropic]") {
  chat_request request = asking({user("hi")});
  request.effort = reasoning_effort::low;
  request.temperature = 0.2;
  CHECK_FALSE(encoded(request, older, 40'000).contains("temperature"));
}

TEST_CASE("A response schema is a format where there is one, closed and within its means",
          "[wire][anthropic]") {
  chat_request request = asking({user("hi")});
  request.response_schema_json = R"({"type":"object","required":["age"],"properties":{
      "age":{"type":"integer","minimum":1,"description":"In years."},
      "pets":{"type":"array","minItems":1,"items":{"oneOf":[{"type":"object","properties":{}},
                                                          {"type":"null"}]}}}})";
  const json format = encoded(request, older)["output_config"]["format"];
  CHECK(format["type"] == "json_schema");
  const json& schema = format["schema"];
  CHECK(schema["additionalProperties"] == false);
  CHECK(schema["required"] == json::array({"age"}));
  CHECK(schema["properties"]["age"]
        == json{{"type", "integer"}, {"description", "In years. {\"minimum\":1}"}});
  const json& pet = schema["properties"]["pets"]["items"]["anyOf"][0];
  CHECK(pet["additionalProperties"] == false);
  CHECK(schema["properties"]["pets"]["minItems"] == 1);
}

TEST_CASE("A response schema is a tool that must be called where there is no format",
          "[wire][anthropic]") {
  chat_request request = asking({user("hi")});
  request.response_schema_json = R"({"type":"object","properties":{"age":{"type":"integer"}}})";
  const json alone = encoded(request, oldest);
  CHECK_FALSE(alone.contains("output_config"));
  CHECK(alone["tools"].size() == 1);
  CHECK(alone["tool_choice"] == json{{"type", "tool"}, {"name", "spillway_reply"}});
  request.tools = {{"get", "", ""}};
  const json beside = encoded(request, oldest);
  CHECK(beside["tools"].size() == 2);
  CHECK(beside["tool_choice"] == json{{"type", "any"}});
}

TEST_CASE("Any JSON object, which no format can say, is asked for in words", "[wire][anthropic]") {
  chat_request request = asking({user("hi")});
  request.response_schema_json = R"({"type":"object"})";
  const json body = encoded(request, newest);
  CHECK_FALSE(body.contains("output_config"));
  CHECK(body["system"].get<std::string>().find("JSON object") != std::string::npos);
}

TEST_CASE("Tool choices have the vendor's names", "[wire][anthropic]") {
  const auto [mode, expected] = GENERATE(table<tool_choice_mode, json>({
      {tool_choice_mode::automatic, {{"type", "auto"}}},
      {tool_choice_mode::none, {{"type", "none"}}},
      {tool_choice_mode::required, {{"type", "any"}}},
      {tool_choice_mode::named, {{"type", "tool"}, {"name", "get"}}},
  }));
  chat_request request = asking({user("hi")});
  request.tools = {{"get", "Gets.", R"({"properties":{}})"}};
  request.choice = tool_choice{mode, mode == tool_choice_mode::named ? "get" : ""};
  const json body = encoded(request);
  CHECK(body["tool_choice"] == expected);
  CHECK(body["tools"][0]
        == json{{"name", "get"},
                {"description", "Gets."},
                {"input_schema", {{"type", "object"}, {"properties", json::object()}}}});
}

TEST_CASE("One call at a time is said with any choice but none", "[wire][anthropic]") {
  chat_request request = asking({user("hi")});
  request.parallel_tool_calls = false;
  CHECK_FALSE(encoded(request).contains("tool_choice"));
  request.tools = {{"get", "", ""}};
  CHECK(encoded(request)["tool_choice"]
        == json{{"type", "auto"}, {"disable_parallel_tool_use", true}});
  request.choice = tool_choice{tool_choice_mode::none, {}};
  CHECK(encoded(request)["tool_choice"] == json{{"type", "none"}});
}

TEST_CASE("A model that refuses forced calls may choose", "[wire][anthropic]") {
  chat_request request = asking({user("hi")});
  request.tools = {{"get", "", ""}};
  request.choice = tool_choice{tool_choice_mode::named, "get"};
  CHECK(encoded(request, "claude-fable-5-1")["tool_choice"] == json{{"type", "auto"}});
}

TEST_CASE("Images and files are sources of their kind", "[wire][anthropic]") {
  chat_message seen;
  seen.parts = {{.what = content_part::kind::image, .url = "https://x/y.png"},
                {.what = content_part::kind::image, .data_base64 = "/9j/4AAQ"},
                {.what = content_part::kind::file, .data_base64 = "JVBE", .name = "a.pdf"},
                {.what = content_part::kind::file, .text = "plain"},
                {.what = content_part::kind::text, .text = " "},
                {.what = content_part::kind::foreign, .text = R"({"type":"x"})", .name = "openai"}};
  const json blocks = encoded(asking({seen}))["messages"][0]["content"];
  REQUIRE(blocks.size() == 4);
  CHECK(blocks[0]["source"] == json{{"type", "url"}, {"url", "https://x/y.png"}});
  CHECK(blocks[1]["source"]
        == json{{"type", "base64"}, {"media_type", "image/jpeg"}, {"data", "/9j/4AAQ"}});
  CHECK(blocks[2]["title"] == "a.pdf");
  CHECK(blocks[2]["source"]["media_type"] == "application/pdf");
  CHECK(blocks[3]["source"]
        == json{{"type", "text"}, {"media_type", "text/plain"}, {"data", "plain"}});
}

TEST_CASE("What the dialect cannot say is sent by its name, for the vendor to refuse",
          "[wire][anthropic]") {
  chat_request request = asking({user("")});
  request.messages[0].parts = {
      {.what = content_part::kind::audio, .data_base64 = "UklG", .media_type = "audio/wav"}};
  request.choices = 3;
  const json body = encoded(request);
  CHECK(body["messages"][0]["content"][0]["type"] == "audio");
  CHECK(body["n"] == 3);
}

TEST_CASE("Cache marks are kept, the last four of them", "[wire][anthropic]") {
  chat_request request = asking({turn(chat_role::system, "long"), user("a"), user("b"), user("c")});
  request.tools = {{"get", "", "", {}, cache_mark::one_hour}};
  request.messages[0].cache = cache_mark::one_hour;
  for (std::size_t i : {1, 2, 3})
    request.messages[i].cache = cache_mark::five_minutes;
  const json body = encoded(request);
  CHECK_FALSE(body["tools"][0].contains("cache_control"));
  CHECK(body["system"][0]["cache_control"] == json{{"type", "ephemeral"}, {"ttl", "1h"}});
  CHECK(body["messages"][0]["content"][2]["cache_control"] == json{{"type", "ephemeral"}});
}

TEST_CASE("Fields of a caller of this dialect go along, those of another stay",
          "[wire][anthropic]") {
  chat_request request = asking({user("hi")});
  request.foreign = {"anthropic", R"({"inference_geo":"us","model":"x",
      "tools":[{"type":"web_search_20250305","name":"web_search"}]})"};
  const json body = encoded(request);
  CHECK(body["inference_geo"] == "us");
  CHECK(body["model"] == older);
  CHECK(body["tools"][0]["name"] == "web_search");
  request.foreign.dialect = "openai";
  CHECK_FALSE(encoded(request).contains("inference_geo"));
}

TEST_CASE("A count asks for the prompt alone", "[wire][anthropic]") {
  chat_request request = asking({turn(chat_role::system, "s"), user("hi")});
  request.tools = {{"get", "", ""}};
  request.temperature = 0.5;
  const json body = json::parse(encode_count_request(request, older, {traits_of(older)}));
  CHECK(body.contains("system"));
  CHECK(body.contains("tools"));
  CHECK_FALSE(body.contains("max_tokens"));
  CHECK_FALSE(body.contains("temperature"));
}

TEST_CASE("A caller's body is read with all it says", "[wire][anthropic]") {
  const decoded_chat_request read = decoded(R"({"model":"claude-sonnet-4-5","max_tokens":64,
    "system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral","ttl":"1h"}}],
    "temperature":0.5,"top_p":1,"top_k":3,"stop_sequences":["X"],"stream":true,
    "metadata":{"user_id":"u"},
    "tools":[{"name":"get","description":"Gets.","input_schema":{"type":"object"},"strict":true}],
    "tool_choice":{"type":"tool","name":"get","disable_parallel_tool_use":true},
    "output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}},
    "messages":[{"role":"user","content":"hi"}]})");
  CHECK(read.model == "claude-sonnet-4-5");
  CHECK(read.stream);
  const chat_request& r = read.request;
  CHECK(r.output_tokens_max == token_count{64});
  CHECK(r.temperature == 0.5);
  CHECK(r.top_p == 1.0);
  CHECK(r.top_k == 3);
  CHECK(r.stop == std::vector<std::string>{"X"});
  CHECK(r.user == "u");
  CHECK(r.choice == tool_choice{tool_choice_mode::named, "get"});
  CHECK(r.parallel_tool_calls == false);
  CHECK(r.response_schema_json == R"({"type":"object"})");
  REQUIRE(r.tools.size() == 1);
  CHECK(r.tools[0].strict == true);
  REQUIRE(r.messages.size() == 2);
  CHECK(r.messages[0].role == chat_role::system);
  CHECK(r.messages[0].text == "Be brief.");
  CHECK(r.messages[0].cache == cache_mark::one_hour);
}

TEST_CASE("A user's turn is read as the results it holds, then the rest", "[wire][anthropic]") {
  const auto messages =
      decoded(user_body(R"({"type":"tool_result","tool_use_id":"a","content":"rain"},
        {"type":"tool_result","tool_use_id":"b","is_error":true,
         "content":[{"type":"text","text":"x"},{"type":"image","source":{"type":"url","url":"u"}}]},
        {"type":"text","text":"well?"})"))
          .request.messages;
  REQUIRE(messages.size() == 3);
  CHECK(messages[0].role == chat_role::tool);
  CHECK(messages[0].tool_call_id == "a");
  CHECK(messages[0].text == "rain");
  CHECK(messages[1].is_error);
  CHECK(messages[1].parts.size() == 2);
  CHECK(messages[2].role == chat_role::user);
  CHECK(messages[2].text == "well?");
}

TEST_CASE("What a caller asks its model to think is read for other vendors too",
          "[wire][anthropic]") {
  const auto budget = decoded(body_with(R"("thinking":{"type":"enabled","budget_tokens":2048})"));
  CHECK(budget.request.reasoning_tokens_max == token_count{2048});
  CHECK(budget.request.show_reasoning);
  const auto adaptive = decoded(body_with(R"("thinking":{"type":"adaptive","display":"omitted"},
                                             "output_config":{"effort":"xhigh"})"));
  CHECK(adaptive.request.effort == reasoning_effort::xhigh);
  CHECK_FALSE(adaptive.request.show_reasoning);
  CHECK(decoded(body_with(R"("thinking":{"type":"disabled"})")).request.effort
        == reasoning_effort::none);
}

TEST_CASE("A caller's thinking goes along as it was written, if the model takes it",
          "[wire][anthropic]") {
  const chat_request budget =
      decoded(body_with(R"("thinking":{"type":"enabled","budget_tokens":2048})")).request;
  CHECK(encoded(budget, older)["thinking"] == json{{"type", "enabled"}, {"budget_tokens", 2048}});
  CHECK(encoded(budget, older, 2'048)["thinking"]["budget_tokens"] == 1'024);
  CHECK_FALSE(encoded(budget, older, 2'000).contains("thinking"));
  CHECK(encoded(budget, newest)["thinking"]
        == json{{"type", "adaptive"}, {"display", "summarized"}});
  const chat_request effort = decoded(body_with(R"("output_config":{"effort":"low"})")).request;
  CHECK(encoded(effort, newest)["output_config"] == json{{"effort", "low"}});
  CHECK_FALSE(encoded(effort, newest).contains("thinking"));
}

TEST_CASE("Blocks and tools we do not model go along to the vendor", "[wire][anthropic]") {
  const std::string body =
      R"({"model":"m","max_tokens":100,"cache_control":{"type":"ephemeral"},
          "tools":[{"type":"web_search_20250305","name":"web_search","max_uses":2}],
          "messages":[{"role":"user","content":[{"type":"search_result","source":"s","title":"t",
                      "content":[{"type":"text","text":"x"}]},{"type":"text","text":"hi"}]}]})";
  const json back = encoded(decoded(body).request);
  CHECK(back["tools"][0]["max_uses"] == 2);
  CHECK(back["cache_control"] == json{{"type", "ephemeral"}});
  CHECK(back["messages"][0]["content"][0]["title"] == "t");
}

TEST_CASE("Every recorded request survives being read and written again", "[wire][anthropic]") {
  int seen = 0;
  for (const auto& r : spillway::testing::all_recorded(SPILLWAY_FIXTURES, "anthropic")) {
    if (r.request_body.empty())
      continue;
    CAPTURE(r.row["id"]);
    const decoded_chat_request read = decoded(r.request_body);
    const std::string again =
        encode_chat_request(read.request, read.model, *read.request.output_tokens_max,
                            {traits_of(read.model), read.stream});
    CHECK(decoded(again).request == read.request);
    CHECK(decoded(again).stream == read.stream);
    ++seen;
  }
  CHECK(seen >= 7);
}

TEST_CASE("A body that makes no sense is refused by the path of its fault", "[wire][anthropic]") {
  const auto [body, message] = GENERATE(table<std::string, std::string>({
      {"", "not valid JSON"},
      {"[]", "the request body must be a JSON object"},
      {"{}", "model is missing; expected a string"},
      {R"({"model":"m","max_tokens":5})", "messages must hold at least one message"},
      {R"({"model":"m","messages":[{"role":"user","content":"x"}]})",
       "max_tokens is missing; expected a number of tokens"},
      {body_with(R"("max_tokens":0)"), "max_tokens must be a positive number of tokens"},
      {body_with(R"("messages":[{"role":"tool","content":"x"}])"),
       "messages[0].role must be user or assistant"},
      {body_with(R"("messages":[{"role":"user"}])"),
       "messages[0].content is missing; expected a string"},
      {body_with(R"("messages":[7])"), "messages[0] must be an object"},
      {user_body(R"({"text":"x"})"), "messages[0].content[0].type is missing; expected a string"},
      {user_body(R"({"type":"tool_result","content":"x"})"),
       "messages[0].content[0].tool_use_id is missing; expected a string"},
      {user_body(R"({"type":"image","source":{"type":"base64","data":"x"}})"),
       "messages[0].content[0].source.media_type is missing; expected a string"},
      {user_body(R"({"type":"text","text":"x","cache_control":{"type":"ephemeral","ttl":"9h"}})"),
       "messages[0].content[0].cache_control.ttl must be 5m or 1h"},
      {body_with(R"("temperature":1.5)"), "temperature must be from 0 to 1"},
      {body_with(R"("tools":[{"name":"x"}])"),
       "tools[0].input_schema is missing; expected an object"},
      {body_with(R"("tool_choice":{"type":"tool"})"),
       "tool_choice.name is missing; expected a string"},
      {body_with(R"("tool_choice":{"type":"each"})"),
       "tool_choice.type must be auto, any, tool or none"},
      {body_with(R"("thinking":{"type":"enabled"})"),
       "thinking.budget_tokens must be a number of tokens, at least 1024"},
      {body_with(R"("output_config":{"effort":"extreme"})"),
       "output_config.effort must be low, medium, high, xhigh or max"},
      {body_with(R"("system":[{"type":"text"}])"), "system[0].text is missing; expected a string"},
  }));
  CAPTURE(body);
  CHECK_THAT(fault_of(body), Catch::StartsWith(message));
}

TEST_CASE("A count needs no bound", "[wire][anthropic]") {
  CHECK(decode_count_request(R"({"model":"m","messages":[{"role":"user","content":"x"}]})"));
}

TEST_CASE("Fields of Anthropic's that are not modelled go along at every depth") {
  const auto read = decode_chat_request(R"({
      "model":"m","max_tokens":5,"metadata":{"user_id":"u","note":"n"},
      "container":"c","thinking":{"type":"enabled","budget_tokens":1024},
      "output_config":{"effort":"low"},
      "tools":[{"name":"f","input_schema":{"type":"object"},"cache_control":{"type":"ephemeral"},
                "input_examples":[{"a":1}]},
               {"type":"web_search_20250305","name":"web_search","max_uses":3}],
      "system":[{"type":"text","text":"s",
                 "cache_control":{"type":"ephemeral","ttl":"1h","scope":"global"}}],
      "messages":[{"role":"user","note":1,"content":[
                     {"type":"document","source":{"type":"url","url":"https://a/b.pdf"},
                      "citations":{"enabled":true}},
                     {"type":"text","text":"x","baz":1}]},
                  {"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{},
                                                  "caller":{"type":"direct"}}]},
                  {"role":"user","content":[{"type":"tool_result","tool_use_id":"t",
                                             "content":"done","kind":"k"}]}]})");
  REQUIRE(read);
  CHECK(read->unread == std::vector<std::string>{"messages.note"}); // turns may be merged
  chat_request request = read->request;
  const json body = encoded(request);
  CHECK(body["container"] == "c");
  CHECK(body["metadata"] == json{{"user_id", "u"}});
  CHECK(body["tools"][0]["input_examples"] == json::parse(R"([{"a":1}])"));
  CHECK(body["tools"].size() == 2);
  CHECK(body["system"][0]["cache_control"]
        == json{{"type", "ephemeral"}, {"ttl", "1h"}, {"scope", "global"}});
  const json& turns = body["messages"];
  CHECK(turns[0]["content"][0]["citations"] == json{{"enabled", true}});
  CHECK(turns[0]["content"][1] == json{{"type", "text"}, {"text", "x"}, {"baz", 1}});
  CHECK(turns[1]["content"].back()["caller"] == json{{"type", "direct"}});
  CHECK(turns[2]["content"][0]["kind"] == "k");
  for (chat_message& message : request.messages)
    for (content_part& part : message.parts)
      part.foreign.dialect = "openai";
  CHECK(encoded(request)["messages"].dump().find("baz") == std::string::npos);
}
