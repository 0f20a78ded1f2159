#include "tests/support/recorded.hpp"
#include "wire/openai/chat_request.hpp"
#include "wire/openai/response_request.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using namespace spillway::wire::openai;
using nlohmann::json;

namespace {

decoded_response_request decoded(const std::string& rest) {
  const auto read = decode_response_request(R"({"model":"m",)" + rest + '}');
  INFO((read ? std::string{} : read.failure().message));
  REQUIRE(read);
  return *read;
}

std::vector<chat_message> turns(const std::string& input) {
  return decoded(R"("input":)" + input).request.messages;
}

json encoded(const chat_request& request) {
  return json::parse(encode_response_request(request, "m", {}, false, true));
}

} // namespace

TEST_CASE("An input may be a text, with or without instructions", "[wire][openai][responses]") {
  const auto read = decoded(R"("input":"hi","instructions":"be kind","stream":true)");
  REQUIRE(read.request.messages.size() == 2);
  CHECK(read.request.messages[0].role == chat_role::system);
  CHECK(read.request.messages[0].text == "be kind");
  CHECK(read.request.messages[1].role == chat_role::user);
  CHECK(read.request.messages[1].text == "hi");
  CHECK(read.stream);
}

TEST_CASE("Items of one answer make one turn", "[wire][openai][responses]") {
  const auto messages = turns(R"([
    {"role":"user","content":"go"},
    {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"hm"}],
     "encrypted_content":"gAAA"},
    {"type":"message","role":"assistant","content":[{"type":"output_text","text":"I look"}]},
    {"type":"function_call","call_id":"c1","name":"f","arguments":"{}"},
    {"type":"function_call","call_id":"c2","name":"g","arguments":"{}"},
    {"type":"function_call_output","call_id":"c1","output":"one"},
    {"type":"function_call_output","call_id":"c2",
     "output":[{"type":"input_text","text":"two"},{"type":"input_image","image_url":"https://x"}]},
    {"type":"reasoning","id":"rs_2","summary":[]},
    {"type":"function_call","call_id":"c3","name":"f","arguments":"{}"},
    {"type":"function_call_output","call_id":"c3","output":"three"},
    {"type":"message","role":"assistant","content":"done"}])");
  REQUIRE(messages.size() == 7);
  const chat_message& first = messages[1];
  CHECK(first.role == chat_role::assistant);
  CHECK(first.text == "I look");
  CHECK(first.reasoning == std::vector<reasoning_block>{{"hm", "rs_1:gAAA", "", "openai"}});
  CHECK(first.tool_calls == std::vector<tool_call>{{"c1", "f", "{}"}, {"c2", "g", "{}"}});
  CHECK(messages[2].tool_call_id == "c1");
  CHECK(messages[2].text == "one");
  CHECK(messages[3].parts.size() == 2);
  CHECK(messages[4].tool_calls.size() == 1);
  CHECK(messages[6].text == "done");
}

TEST_CASE("Two answers after each other stay two turns", "[wire][openai][responses]") {
  const auto messages = turns(R"([{"role":"assistant","content":"a"},
    {"role":"assistant","content":"b"},
    {"type":"reasoning","id":"rs_1","summary":[]},{"role":"assistant","content":"c"}])");
  CHECK(messages.size() == 3);
}

TEST_CASE("All that a request says survives being written and read", "[wire][openai][responses]") {
  chat_request first;
  first.messages = {{chat_role::developer, "d", "", {}, ""},
                    {chat_role::user, "", "", {}, ""},
                    {chat_role::assistant, "I call", "", {{"c1", "f", R"({"x":1})"}}, ""},
                    {chat_role::tool, "42", "", {}, "c1"}};
  first.messages[1].parts = {{content_part::kind::text, "see"},
                             {content_part::kind::image, "", "https://x/y.png", "", "", "", "low"},
                             {content_part::kind::file, "", "", "AA==", "application/pdf", "a.pdf"},
                             {content_part::kind::file, "", "openai-file:file-1"},
                             {content_part::kind::audio, "", "", "AA==", "audio/wav"}};
  first.messages[2].reasoning = {{"hm", "rs_1:gAAA", "", "openai"}};
  first.tools = {{"f", "does f", R"({"type":"object"})", true}};
  first.choice = tool_choice{tool_choice_mode::required, "", {"f"}};
  first.parallel_tool_calls = false;
  first.temperature = 0.5;
  first.top_p = 0.25;
  first.response_schema_json = R"({"type":"string"})";
  first.response_schema_name = "n";
  first.response_schema_strict = false;
  first.effort = reasoning_effort::high;
  first.show_reasoning = true;
  first.tier = service_tier::flex;
  first.user = "ann";
  const auto again =
      decode_response_request(encode_response_request(first, "m", token_count{9}, true, true));
  REQUIRE(again);
  CHECK(again->model == "m");
  CHECK(again->stream);
  const chat_request& r = again->request;
  CHECK(r.messages == first.messages);
  CHECK(r.tools == first.tools);
  CHECK(r.choice == first.choice);
  CHECK(r.parallel_tool_calls == false);
  CHECK(r.output_tokens_max == token_count{9});
  CHECK(r.temperature == 0.5);
  CHECK(r.top_p == 0.25);
  CHECK(r.response_schema_json == first.response_schema_json);
  CHECK(r.response_schema_name == "n");
  CHECK(r.response_schema_strict == false);
  CHECK(r.effort == reasoning_effort::high);
  CHECK(r.show_reasoning);
  CHECK(r.tier == service_tier::flex);
  CHECK(r.user == "ann");
}

TEST_CASE("The vendor is told to keep nothing and to encrypt its thoughts",
          "[wire][openai][responses]") {
  chat_request request;
  request.messages = {{chat_role::user, "hi", "", {}, ""}};
  request.tools = {{"f", "", ""}};
  request.temperature = 1.5;
  const json body = encoded(request);
  CHECK(body["store"] == false);
  CHECK(body["include"] == json::parse(R"(["reasoning.encrypted_content"])"));
  CHECK(body["tools"][0]["strict"] == false);
  CHECK(body["tools"][0]["parameters"].is_object());
  CHECK(body["temperature"] == 1.5);
  const json reasoning =
      json::parse(encode_response_request(request, "m", {}, false, false));
  CHECK_FALSE(reasoning.contains("temperature"));
}

TEST_CASE("Thoughts of other vendors are not sent", "[wire][openai][responses]") {
  chat_request request;
  request.messages = {{chat_role::assistant, "a", "", {}, ""}};
  request.messages[0].reasoning = {{"hm", "sig", "", "anthropic"}, {"hm"}};
  CHECK(encoded(request)["input"].size() == 1);
}

TEST_CASE("Fields that both APIs have go from one to the other", "[wire][openai][responses]") {
  const auto read = decoded(R"("input":"x","prompt_cache_key":"k","text":{"verbosity":"low"},
    "metadata":{"a":"b"},"truncation":"auto","store":true)");
  const json chat = json::parse(encode_chat_request(read.request, "m", {}));
  CHECK(chat["prompt_cache_key"] == "k");
  CHECK(chat["verbosity"] == "low");
  CHECK_FALSE(chat.contains("metadata"));
  CHECK(read.metadata == std::vector<std::pair<std::string, std::string>>{{"a", "b"}});
  CHECK_FALSE(chat.contains("truncation"));
  CHECK_FALSE(chat.contains("text"));
  const json response = encoded(read.request);
  CHECK(response["prompt_cache_key"] == "k");
  CHECK(response["text"]["verbosity"] == "low");
  CHECK_FALSE(response.contains("verbosity"));
}

TEST_CASE("A refused request of responses names the field", "[wire][openai][responses]") {
  const auto [rest, says] = GENERATE(table<std::string, std::string>({
      {R"("input":[])", "input must be a text or a list"},
      {R"("instructions":"x")", "input must be"},
      {R"("input":[{"type":"item_reference","id":"x"}])", "input[0].type must be message"},
      {R"("input":[{"role":"robot","content":"x"}])", "input[0].role must be user"},
      {R"("input":[{"role":"user","content":[{"type":"input_video"}]}])",
       "input[0].content[0].type must be input_text"},
      {R"("input":[{"type":"function_call_output","output":"x"}])", "input[0].call_id is missing"},
      {R"("input":"x","previous_response_id":"resp_1")", "previous_response_id is not supported"},
      {R"("input":"x","conversation":"c")", "conversation is not supported"},
      {R"("input":"x","background":true)", "background must be false"},
      {R"("input":"x","tools":[{"type":"web_search"}])", "tools[0].type must be function"},
      {R"("input":"x","tool_choice":{"type":"mcp"})", "tool_choice.type must be function or"},
      {R"("input":"x","max_output_tokens":0)", "max_output_tokens must be a positive"},
      {R"("input":"x","reasoning":{"effort":"huge"})", "reasoning.effort must be none"},
      {R"("input":"x","text":{"format":{"type":"grammar"}})", "text.format.type must be text"},
  }));
  CAPTURE(rest);
  const auto read = decode_response_request(R"({"model":"m",)" + rest + '}');
  REQUIRE_FALSE(read);
  CHECK_THAT(read.failure().message, Catch::StartsWith(says));
}

TEST_CASE("Recorded requests of responses are read", "[wire][openai][responses]") {
  int seen = 0;
  for (const auto& r : spillway::testing::all_recorded(SPILLWAY_FIXTURES, "openai")) {
    if (r.row["api"] != "responses" || r.response.status != 200)
      continue;
    const auto read = decode_response_request(r.request_body);
    REQUIRE(read);
    CHECK(read->stream);
    CHECK(read->request.effort == reasoning_effort::low);
    CHECK(read->request.tier == service_tier::flex);
    CHECK(read->request.choice == tool_choice{tool_choice_mode::required, ""});
    CHECK(read->request.tools.at(0).strict == true);
    ++seen;
  }
  CHECK(seen > 0);
}

TEST_CASE("Parts of another dialect are left out, and plain text files are text",
          "[wire][openai][responses]") {
  using kind = content_part::kind;
  chat_request request;
  request.messages.emplace_back().parts = {
      {.what = kind::foreign, .text = "{}", .name = "anthropic"},
      {.what = kind::file, .text = "a,b", .name = "t.csv"}};
  CHECK(encoded(request)["input"][0]["content"]
        == json::array({{{"type", "input_text"}, {"text", "t.csv\n\na,b"}}}));
}

TEST_CASE("what /responses drops is named, and what it does anyway is not") {
  const auto read = decode_response_request(R"({
      "model":"m","store":false,"include":["reasoning.encrypted_content"],"truncation":"disabled",
      "background":false,"metadata":{"k":"v"},"prompt_cache_key":"p","text":{"verbosity":"low"},
      "reasoning":{"effort":"low","summary":"auto"},
      "tools":[{"type":"function","name":"f","parameters":{"type":"object"},"strict":true}],
      "input":[{"type":"message","id":"msg_1","status":"completed","role":"user","content":[
                  {"type":"input_text","text":"x"}]},
               {"type":"function_call","id":"fc_1","status":"completed","call_id":"c","name":"f",
                "arguments":"{}"},
               {"type":"function_call_output","call_id":"c","output":"done"}]})");
  REQUIRE(read);
  CHECK(read->unread.empty());
  const auto dropping = decode_response_request(R"({
      "model":"m","store":true,"include":["message.output_text.logprobs"],"truncation":"auto",
      "max_tool_calls":3,"input":[{"role":"user","content":"x","note":1}]})");
  REQUIRE(dropping);
  CHECK(dropping->unread
        == std::vector<std::string>{"include", "input.note", "max_tool_calls", "store",
                                    "truncation"});
}

TEST_CASE("a temperature that no model takes is refused in /responses too") {
  const auto read = decode_response_request(R"({"model":"m","input":"x","temperature":5})");
  REQUIRE_FALSE(read);
  CHECK(read.failure().message == "temperature must be from 0 to 2");
}
