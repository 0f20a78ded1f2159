#include "tests/support/recorded.hpp"
#include "wire/openai/chat_request.hpp"
#include "wire/openai/response_request.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using namespace spillway::wire::openai;
using nlohmann::json;

namespace {

chat_message said(chat_role role, std::string text) {
  chat_message message;
  message.role = role;
  message.text = std::move(text);
  return message;
}

chat_request asking(std::string text) {
  chat_request request;
  request.messages.push_back(said(chat_role::user, std::move(text)));
  return request;
}

json encoded(const chat_request& request, token_count output_max = {},
             const request_options& options = {}) {
  return json::parse(encode_chat_request(request, "m", output_max, options));
}

decoded_chat_request decoded(const std::string& body) {
  auto request = decode_chat_request(body);
  INFO(body);
  INFO((request ? std::string{} : request.failure().message));
  REQUIRE(request);
  return std::move(request).value();
}

chat_request with_everything() {
  chat_request r;
  r.messages = {said(chat_role::system, "be kind"), said(chat_role::user, "h\u00e9\"\n"),
                said(chat_role::assistant, ""), said(chat_role::tool, "42"),
                said(chat_role::assistant, "so it is")};
  r.messages[1].name = "ann";
  r.messages[2].tool_calls = {{"c1", "f", R"({"x":1})"}, {"c2", "g", "not json"}};
  r.messages[3].tool_call_id = "c1";
  r.tools = {{"f", "does f", R"({"properties":{},"type":"object"})"}, {"g", "", ""}};
  r.choice = tool_choice{tool_choice_mode::named, "f"};
  r.parallel_tool_calls = false;
  r.output_tokens_max = token_count{99};
  r.temperature = 0.25;
  r.top_p = 0.5;
  r.seed = -7;
  r.stop = {"END", "\n\n"};
  r.response_schema_json = R"({"type":"string"})";
  return r;
}

} // namespace

TEST_CASE("A request with everything survives being written and read", "[wire][openai]") {
  const chat_request first = with_everything();
  const auto again = decoded(encode_chat_request(first, "gpt", token_count{99}));
  CHECK(again.model == "gpt");
  CHECK_FALSE(again.stream);
  CHECK(again.request.messages == first.messages);
  CHECK(again.request.tools == first.tools);
  CHECK(again.request.choice == first.choice);
  CHECK(again.request.parallel_tool_calls == first.parallel_tool_calls);
  CHECK(again.request.output_tokens_max == first.output_tokens_max);
  CHECK(again.request.temperature == first.temperature);
  CHECK(again.request.top_p == first.top_p);
  CHECK(again.request.seed == first.seed);
  CHECK(again.request.stop == first.stop);
  CHECK(again.request.response_schema_json == first.response_schema_json);
}

TEST_CASE("A plain request says no more than it must", "[wire][openai]") {
  CHECK(encoded(asking("hi"))
        == json::parse(R"({"model":"m","messages":[{"role":"user","content":"hi"}]})"));
}

TEST_CASE("The bound on output goes under the server's name for it", "[wire][openai]") {
  const token_count bound{12};
  CHECK(encoded(asking("hi"), bound)["max_completion_tokens"] == 12);
  const json older = encoded(asking("hi"), bound, {.max_completion_tokens = false});
  CHECK(older["max_tokens"] == 12);
  CHECK_FALSE(older.contains("max_completion_tokens"));
}

TEST_CASE("A service tier is passed on where the vendor takes it with a request",
          "[wire][openai]") {
  chat_request r = asking("hi");
  CHECK_FALSE(encoded(r).contains("service_tier"));
  r.tier = service_tier::flex;
  CHECK(encoded(r)["service_tier"] == "flex");
  CHECK(decoded(encode_chat_request(r, "m", {}, {})).request.tier == service_tier::flex);
  r.tier = service_tier::batch; // a batch is another endpoint
  CHECK_FALSE(encoded(r).contains("service_tier"));
}

TEST_CASE("Instructions take the role the server knows", "[wire][openai]") {
  chat_request request;
  request.messages = {said(chat_role::developer, "d"), said(chat_role::system, "s")};
  const json plain = encoded(request)["messages"];
  CHECK(plain[0]["role"] == "system");
  CHECK(plain[1]["role"] == "system");
  const json modern = encoded(request, {}, {.developer_role = true})["messages"];
  CHECK(modern[0]["role"] == "developer");
  CHECK(modern[1]["role"] == "developer");
}

TEST_CASE("An assistant turn that only calls tools has null content", "[wire][openai]") {
  const json turn = encoded(with_everything())["messages"][2];
  CHECK(turn["content"].is_null());
  CHECK(turn["tool_calls"][1]["function"]["arguments"] == "not json");
}

TEST_CASE("Choice and parallel calls are left out without tools", "[wire][openai]") {
  chat_request request = asking("hi");
  request.choice = tool_choice{tool_choice_mode::required, ""};
  request.parallel_tool_calls = true;
  const json body = encoded(request);
  CHECK_FALSE(body.contains("tool_choice"));
  CHECK_FALSE(body.contains("parallel_tool_calls"));
}

TEST_CASE("Every choice of tools survives", "[wire][openai]") {
  const auto mode = GENERATE(tool_choice_mode::automatic, tool_choice_mode::none,
                             tool_choice_mode::required, tool_choice_mode::named);
  chat_request request = with_everything();
  request.choice = tool_choice{mode, mode == tool_choice_mode::named ? "f" : ""};
  CHECK(decoded(encode_chat_request(request, "m", {})).request.choice == request.choice);
}

TEST_CASE("A schema that is no JSON goes out as text for the server to refuse", "[wire][openai]") {
  chat_request request = asking("hi");
  request.tools = {{"f", "", "{oops"}};
  request.response_schema_json = "{oops";
  const json body = encoded(request);
  CHECK(body["tools"][0]["function"]["parameters"] == "{oops");
  CHECK(body["response_format"]["json_schema"]["schema"] == "{oops");
  CHECK(body["response_format"]["json_schema"]["strict"] == false);
}

TEST_CASE("Strict mode is asked for only where the schema admits it", "[wire][openai]") {
  const auto [schema, strict] = GENERATE(table<const char*, bool>({
      {R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"],
           "additionalProperties":false})",
       true},
      {R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"]})", false},
      {R"({"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false})",
       false},
      {R"({"type":"object","properties":{"a":{"type":"object","properties":{"b":{}}}},
           "required":["a"],"additionalProperties":false})",
       false},
      {R"({"type":"array","items":{"type":"object","properties":{},"required":"x",
           "additionalProperties":false}})",
       false},
  }));
  CAPTURE(schema);
  chat_request request = asking("hi");
  request.response_schema_json = schema;
  CHECK(encoded(request)["response_format"]["json_schema"]["strict"] == strict);
}

TEST_CASE("Any JSON object is the older json_object", "[wire][openai]") {
  const auto read = decoded(R"({"model":"m","messages":[{"role":"user","content":"x"}],
    "response_format":{"type":"json_object"}})");
  CHECK(encoded(read.request)["response_format"] == json::parse(R"({"type":"json_object"})"));
  const auto text = decoded(R"({"model":"m","messages":[{"role":"user","content":"x"}],
    "response_format":{"type":"text"}})");
  CHECK(text.request.response_schema_json.empty());
}

TEST_CASE("Every recorded chat request of text and tools is read and kept", "[wire][openai]") {
  for (const auto& r : spillway::testing::all_recorded(SPILLWAY_FIXTURES, "openai")) {
    if (r.row["api"] != "chat.completions" || r.request_body.empty())
      continue;
    CAPTURE(r.row["id"]);
    json body = json::parse(r.request_body);
    body.emplace("model", "named in the path");
    const auto first = decoded(body.dump());
    CHECK(first.request.messages.size() == body["messages"].size());
    CHECK(first.request.tools.size() == body.value("tools", json::array()).size());
    const auto again = decoded(encode_chat_request(
        first.request, first.model, {},
        {.reasoning = reasoning_return::as_content, .cache = cache_notation::breakpoint}));
    CHECK(again.request.messages == first.request.messages);
    CHECK(again.request.tools == first.request.tools);
    CHECK(again.request.response_schema_json == first.request.response_schema_json);
  }
}

TEST_CASE("The older names and shapes are read too", "[wire][openai]") {
  const auto read =
      decoded(R"({"model":"m","stream":true,"max_tokens":7,"stop":"x","n":1,"user":"u",
    "messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}],
    "tool_choice":null,"unknown_field":{}})");
  CHECK(read.stream);
  CHECK(read.request.output_tokens_max == token_count{7});
  CHECK(read.request.stop == std::vector<std::string>{"x"});
  CHECK(plain_text(read.request.messages[0]) == "a\nb");
  CHECK(read.request.user == "u");
}

TEST_CASE("A refusal of a request names the field", "[wire][openai]") {
  const auto [fields, message] = GENERATE(table<std::string, std::string>({
      {R"("messages":[{"role":"user","content":"x"}])", "model is missing"},
      {R"("model":"m")", "messages must hold at least one message"},
      {R"("model":"m","messages":{})", "messages must be an array"},
      {R"("model":"m","messages":[{"role":"robot","content":"x"}])", "messages[0].role must be"},
      {R"("model":"m","messages":[{"role":"user"}])", "messages[0].content is missing"},
      {R"("model":"m","messages":[{"role":"user","content":7}])", "messages[0].content must be"},
      {R"("model":"m","messages":[{"role":"user","content":[{"type":"image_url"}]}])",
       "messages[0].content[0].image_url.url is missing"},
      {R"("model":"m","messages":[{"role":"user","content":[{"type":"video"}]}])",
       "messages[0].content[0].type must be text, image_url"},
      {R"("model":"m","messages":[{"role":"user","content":[{"type":"image_url",
        "image_url":{"url":"data:image/png,raw"}}]}])",
       "messages[0].content[0].image_url.url must be base64"},
      {R"("model":"m","messages":[{"role":"tool","content":"x"}])",
       "messages[0].tool_call_id is missing"},
      {R"("model":"m","messages":[{"role":"user","content":"x"}],"n":0)", "n must be from 1"},
      {R"("model":"m","messages":[{"role":"user","content":"x"}],"n":129)", "n must be from 1"},
      {R"("model":"m","messages":[{"role":"user","content":"x"}],"reasoning_effort":"huge")",
       "reasoning_effort must be none, minimal"},
      {R"("model":"m","messages":[{"role":"user","content":"x"}],"top_logprobs":21)",
       "top_logprobs must be"},
      {R"("model":"m","messages":[{"role":"user","content":"x"}],
        "response_format":{"type":"json_schema","json_schema":{"name":"n"}})",
       "response_format.json_schema.schema is missing"},
      {R"("model":"m","messages":[{"role":"user","content":"x"}],
        "tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"none","tools":[]}})",
       "tool_choice.allowed_tools.mode must be"},
      {R"("model":"m","messages":[{"role":"assistant","function_call":{"name":"f"}}])",
       "messages[0].function_call is not supported"},
      {R"("model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"a","type":"custom",
          "custom":{"name":"f","input":"x"}}]}])",
       "messages[0].tool_calls[0].type must be function"},
      {R"("model":"m","messages":[{"role":"user","content":"x"}],"audio":{"voice":"v"})",
       "audio is not supported: answers are text"},
      {R"("model":"m","messages":[{"role":"user","content":"x"}],"functions":[])", "functions"},
      {R"("model":"m","messages":[{"role":"user","content":"x"}],"max_tokens":0)", "max_tokens"},
      {R"("model":"m","messages":[{"role":"user","content":"x"}],"max_completion_tokens":1e13)",
       "max_completion_tokens"},
      {R"("model":"m","messages":[{"role":"user","content":"x"}],"temperature":"hot")",
       "temperature must be a number"},
      {R"("model":"m","messages":[{"role":"user","content":"x"}],"tools":[{"type":"custom"}])",
       "tools[0].type must be function"},
      {R"("model":"m","messages":[{"role":"user","content":"x"}],"tool_choice":"maybe")",
       "tool_choice must be"},
      {R"("model":"m","messages":[{"role":"user","content":"x"}],"stop":[1])", "stop[0] must be"},
  }));
  const auto request = decode_chat_request('{' + fields + '}');
  REQUIRE_FALSE(request);
  CHECK_THAT(request.failure().message, Catch::StartsWith(message));
}

TEST_CASE("What is no JSON object is no request", "[wire][openai]") {
  CHECK_FALSE(decode_chat_request(""));
  CHECK_FALSE(decode_chat_request("[]"));
  CHECK_FALSE(decode_chat_request("null"));
  CHECK_FALSE(decode_chat_request(std::string(100'000, '[')));
}

TEST_CASE("A budget for thoughts is a level to models that take levels", "[wire][openai]") {
  const auto [tokens, expected] = GENERATE(table<std::int64_t, std::string>({
      {1024, "low"}, {4096, "low"}, {10'000, "medium"}, {16'385, "high"}}));
  chat_request request;
  request.messages.push_back({chat_role::user, "q", {}, {}, {}});
  request.reasoning_tokens_max = token_count{tokens};
  const request_options thinks{.sampling = false};
  CHECK(json::parse(encode_chat_request(request, "m", {}, thinks))["reasoning_effort"] == expected);
  CHECK_FALSE(json::parse(encode_chat_request(request, "m", {}, {})).contains("reasoning_effort"));
  CHECK(json::parse(encode_response_request(request, "m", {}, false, false))["reasoning"]["effort"]
        == expected);
  request.effort = reasoning_effort::max;
  CHECK(json::parse(encode_chat_request(request, "m", {}, thinks))["reasoning_effort"] == "max");
}

TEST_CASE("numbers out of the API's range are refused with what is allowed") {
  const auto fault = [](const std::string& field) {
    const auto read = decode_chat_request(
        R"({"model":"m","messages":[{"role":"user","content":"x"}],)" + field + "}");
    return read ? std::string{} : read.failure().message;
  };
  CHECK(fault(R"("temperature":5)") == "temperature must be from 0 to 2");
  CHECK(fault(R"("temperature":-0.1)") == "temperature must be from 0 to 2");
  CHECK(fault(R"("top_p":1.01)") == "top_p must be from 0 to 1");
  CHECK(fault(R"("presence_penalty":2.5)") == "presence_penalty must be from -2 to 2");
  CHECK(fault(R"("frequency_penalty":-9)") == "frequency_penalty must be from -2 to 2");
  CHECK(fault(R"("temperature":2,"top_p":0,"presence_penalty":-2,"frequency_penalty":2)").empty());
}
