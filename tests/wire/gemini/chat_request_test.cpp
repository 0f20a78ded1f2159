#include "tests/support/recorded.hpp"
#include "wire/gemini/chat_request.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using namespace spillway::wire::gemini;
using nlohmann::json;

namespace {

constexpr const char* old_model = "gemini-2.0-flash";
constexpr const char* middle_model = "gemini-2.5-flash";
constexpr const char* new_model = "gemini-3.5-flash";
constexpr const char* no_signature = "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=";

chat_message said(chat_role role, std::string text) {
  return {role, std::move(text), {}, {}, {}};
}

chat_message called(std::vector<tool_call> calls, std::string text = {}) {
  return {chat_role::assistant, std::move(text), {}, std::move(calls), {}};
}

chat_message told(std::string id, std::string text) {
  return {chat_role::tool, std::move(text), {}, {}, std::move(id)};
}

chat_request asking(std::vector<chat_message> messages) {
  chat_request request;
  request.messages = std::move(messages);
  return request;
}

json encoded(const chat_request& request, const char* model = middle_model,
             token_count output_max = {}) {
  return json::parse(encode_chat_request(request, model, output_max));
}

json contents(std::vector<chat_message> messages, const char* model = middle_model) {
  return encoded(asking(std::move(messages)), model)["contents"];
}

json config(const chat_request& request, const char* model) {
  return encoded(request, model).value("generationConfig", json::object());
}

chat_request decoded(const std::string& body) {
  auto request = decode_chat_request(body);
  INFO(body);
  INFO((request ? std::string{} : request.failure().message));
  REQUIRE(request);
  return std::move(request).value();
}

std::string refusal(const std::string& body) {
  const auto request = decode_chat_request(body);
  INFO(body);
  REQUIRE_FALSE(request);
  return request.failure().message;
}

} // namespace

TEST_CASE("A conversation becomes turns of user and model", "[wire][gemini]") {
  const json body = encoded(asking({said(chat_role::system, "be brief"),
                                    said(chat_role::developer, "be kind"),
                                    said(chat_role::user, "hi"), said(chat_role::assistant, "hey"),
                                    said(chat_role::user, "bye")}),
                            middle_model, token_count{99});
  CHECK(body == json::parse(R"({
    "systemInstruction":{"parts":[{"text":"be brief"},{"text":"be kind"}]},
    "contents":[{"role":"user","parts":[{"text":"hi"}]},
                {"role":"model","parts":[{"text":"hey"}]},
                {"role":"user","parts":[{"text":"bye"}]}],
    "generationConfig":{"maxOutputTokens":99}})"));
}

TEST_CASE("Results of parallel calls become one user turn, in the order of the calls",
          "[wire][gemini]") {
  const json turns = contents(
      {said(chat_role::user, "compare"),
       called({{"call_1", "weather", R"({"city":"Oslo"})"}, {"call_2", "time", "{}"}}),
       told("call_2", "noon"), told("call_1", R"({"degrees":4})")});
  REQUIRE(turns.size() == 3);
  CHECK(turns[1]["parts"] == json::parse(R"([
    {"functionCall":{"name":"weather","args":{"city":"Oslo"}}},
    {"functionCall":{"name":"time","args":{}}}])"));
  CHECK(turns[2] == json::parse(R"({"role":"user","parts":[
    {"functionResponse":{"name":"weather","response":{"degrees":4}}},
    {"functionResponse":{"name":"time","response":{"output":"noon"}}}]})"));
}

TEST_CASE("A result is named by its call, with the id Gemini gave and no other", "[wire][gemini]") {
  const json turns = contents({said(chat_role::user, "q"), called({{"dv8szvqe", "f", "{}"}}),
                               told("dv8szvqe", "r"), called({{"call_x_0", "g", "{}"}}),
                               told("call_x_0", "r")});
  CHECK(turns[1]["parts"][0]["functionCall"]["id"] == "dv8szvqe");
  CHECK(turns[2]["parts"][0]["functionResponse"]["id"] == "dv8szvqe");
  CHECK_FALSE(turns[3]["parts"][0]["functionCall"].contains("id"));
  CHECK_FALSE(turns[4]["parts"][0]["functionResponse"].contains("id"));
  CHECK(turns[4]["parts"][0]["functionResponse"]["name"] == "g");
}

TEST_CASE("A result whose call is not in the history keeps some name", "[wire][gemini]") {
  chat_message named = told("call_9", "r");
  named.name = "f";
  CHECK(contents({said(chat_role::user, "q"), named})[1]["parts"][0]["functionResponse"]["name"]
        == "f");
  CHECK(contents({told("call_9", "r")})[0]["parts"][0]["functionResponse"]["name"] == "call_9");
}

TEST_CASE("What a tool told is always an object", "[wire][gemini]") {
  const auto [text, expected] = GENERATE(table<std::string, const char*>({
      {"rainy", R"({"output":"rainy"})"},
      {"", R"({"output":""})"},
      {"[1,2]", R"({"output":[1,2]})"},
      {"7", R"({"output":7})"},
      {R"({"a":1})", R"({"a":1})"},
      {"{broken", R"({"output":"{broken"})"},
  }));
  CAPTURE(text);
  const json turns = contents({called({{"c", "f", "{}"}}), told("c", text)});
  CHECK(turns[2]["parts"][0]["functionResponse"]["response"] == json::parse(expected));
}

TEST_CASE("A tool that failed says so", "[wire][gemini]") {
  chat_message failed = told("c", "no such file");
  failed.is_error = true;
  CHECK(contents({called({{"c", "f", "{}"}}), failed})[2]["parts"][0]["functionResponse"]
                ["response"]
        == json{{"error", "no such file"}});
}

TEST_CASE("Arguments that are no object stay readable", "[wire][gemini]") {
  const auto [arguments, expected] = GENERATE(table<std::string, const char*>({
      {"", "{}"},
      {" \n", "{}"},
      {R"({"a":[1]})", R"({"a":[1]})"},
      {"[1]", R"({"arguments":[1]})"},
      {"{oops", R"({"arguments":"{oops"})"},
  }));
  CAPTURE(arguments);
  CHECK(contents({called({{"c", "f", arguments}})})[1]["parts"][0]["functionCall"]["args"]
        == json::parse(expected));
}

TEST_CASE("A signature goes back on the call it came with", "[wire][gemini]") {
  const json parts = contents({said(chat_role::user, "q"),
                               called({{"a", "f", "{}", "c2ln"}, {"b", "g", "{}"}})},
                              new_model)[1]["parts"];
  CHECK(parts[0]["thoughtSignature"] == "c2ln");
  CHECK_FALSE(parts[1].contains("thoughtSignature"));
}

TEST_CASE("History of another vendor gets the signature that stands for none", "[wire][gemini]") {
  const std::vector<chat_message> history = {
      said(chat_role::user, "q"), called({{"toolu_1", "f", "{}"}, {"toolu_2", "g", "{}"}})};
  const json parts = contents(history, new_model)[1]["parts"];
  CHECK(parts[0]["thoughtSignature"] == no_signature);
  CHECK_FALSE(parts[1].contains("thoughtSignature"));
  CHECK_FALSE(contents(history, middle_model)[1]["parts"][0].contains("thoughtSignature"));
}

TEST_CASE("Thoughts are not sent back, their signature is, and another vendor's never",
          "[wire][gemini]") {
  chat_message answer = said(chat_role::assistant, "42");
  answer.reasoning = {{"let me see", "", "", "gemini"}, {"", "c2ln", "", "gemini"}};
  CHECK(contents({said(chat_role::user, "q"), answer}, new_model)[1]["parts"]
        == json::parse(R"([{"text":"42","thoughtSignature":"c2ln"}])"));
  answer.reasoning = {{"let me see", "EqQB", "", "anthropic"}, {"", "", "abc", "anthropic"}};
  CHECK(contents({said(chat_role::user, "q"), answer}, new_model)[1]["parts"]
        == json::parse(R"([{"text":"42"}])"));
}

TEST_CASE("A request of instructions alone gets a turn to answer", "[wire][gemini]") {
  const json body = encoded(asking({said(chat_role::system, "write a poem")}));
  CHECK(body["systemInstruction"]["parts"][0]["text"] == "write a poem");
  CHECK(body["contents"] == json::parse(R"([{"role":"user","parts":[{"text":" "}]}])"));
}

TEST_CASE("A late instruction stays at its place", "[wire][gemini]") {
  const json body = encoded(asking({said(chat_role::system, "first"), said(chat_role::user, "a"),
                                    said(chat_role::assistant, "b"),
                                    said(chat_role::system, "from now on in French"),
                                    said(chat_role::user, "c")}));
  CHECK(body["systemInstruction"]["parts"] == json::parse(R"([{"text":"first"}])"));
  CHECK(body["contents"][2] == json::parse(R"({"role":"user","parts":[
    {"text":"<system>\nfrom now on in French\n</system>"},{"text":"c"}]})"));
}

TEST_CASE("The first turn is the user's and empty ones are not sent", "[wire][gemini]") {
  CHECK(contents({said(chat_role::assistant, "hello"), said(chat_role::user, "")})
        == json::parse(R"([{"role":"user","parts":[{"text":" "}]},
                           {"role":"model","parts":[{"text":"hello"}]},
                           {"role":"user","parts":[{"text":" "}]}])"));
  CHECK(contents({said(chat_role::user, "a"), said(chat_role::assistant, ""),
                  said(chat_role::user, "b")})
        == json::parse(R"([{"role":"user","parts":[{"text":"a"},{"text":"b"}]}])"));
}

TEST_CASE("A user's text after results of tools is a turn of its own", "[wire][gemini]") {
  const json turns = contents({said(chat_role::user, "q"), called({{"c", "f", "{}"}}),
                               told("c", "r"), said(chat_role::user, "and now?")});
  REQUIRE(turns.size() == 4);
  CHECK(turns[3] == json::parse(R"({"role":"user","parts":[{"text":"and now?"}]})"));
}

TEST_CASE("Images are sent as bytes or as the place where they lie", "[wire][gemini]") {
  using kind = content_part::kind;
  chat_message m = said(chat_role::user, "");
  m.parts = {{kind::text, "what is this?"},
             {.what = kind::image, .data_base64 = "QUJD", .media_type = "image/png"},
             {.what = kind::image, .url = "https://example.com/a/cat.webp?size=1"},
             {.what = kind::image, .url = "https://example.com/cat"},
             {.what = kind::audio, .data_base64 = "QUJD"},
             {.what = kind::file, .data_base64 = "QUJD"}};
  CHECK(contents({m})[0]["parts"] == json::parse(R"([
    {"text":"what is this?"},
    {"inlineData":{"mimeType":"image/png","data":"QUJD"}},
    {"fileData":{"mimeType":"image/webp","fileUri":"https://example.com/a/cat.webp?size=1"}},
    {"fileData":{"fileUri":"https://example.com/cat"}},
    {"inlineData":{"mimeType":"audio/wav","data":"QUJD"}},
    {"inlineData":{"mimeType":"application/pdf","data":"QUJD"}}])"));
}

TEST_CASE("Images in a tool's result are for models that take them", "[wire][gemini]") {
  chat_message m = told("c", "");
  m.parts = {{content_part::kind::text, "a picture"},
             {.what = content_part::kind::image, .data_base64 = "QUJD", .media_type = "image/png"}};
  const std::vector<chat_message> messages = {called({{"c", "f", "{}"}}), m};
  const json with = contents(messages, new_model)[2]["parts"][0]["functionResponse"];
  CHECK(with["response"] == json{{"output", "a picture"}});
  CHECK(with["parts"][0]["inlineData"]["data"] == "QUJD");
  CHECK_FALSE(
      contents(messages, middle_model)[2]["parts"][0]["functionResponse"].contains("parts"));
}

TEST_CASE("A tool without parameters has none", "[wire][gemini]") {
  chat_request request = asking({said(chat_role::user, "q")});
  request.tools = {{"a", "does a", ""},
                   {"b", "does b", R"({"type":"object","properties":{}})"},
                   {"c", "does c", R"({"type":"object","properties":{"x":{"type":"integer"}}})"},
                   {"d", "", "no schema"}};
  const json newer = encoded(request)["tools"][0]["functionDeclarations"];
  CHECK(newer[0] == json::parse(R"({"name":"a","description":"does a"})"));
  CHECK(newer[1] == json::parse(R"({"name":"b","description":"does b"})"));
  CHECK(newer[2]["parametersJsonSchema"]["properties"]["x"]["type"] == "integer");
  CHECK(newer[3]["parametersJsonSchema"] == "no schema");
  const json older = encoded(request, old_model)["tools"][0]["functionDeclarations"];
  CHECK(older[2]["parameters"]["properties"]["x"]["type"] == "INTEGER");
}

TEST_CASE("Which tool to call is said in Gemini's words", "[wire][gemini]") {
  const auto [choice, expected] = GENERATE(table<tool_choice, const char*>({
      {{tool_choice_mode::automatic, ""}, R"({"mode":"AUTO"})"},
      {{tool_choice_mode::required, ""}, R"({"mode":"ANY"})"},
      {{tool_choice_mode::none, ""}, R"({"mode":"NONE"})"},
      {{tool_choice_mode::named, "f"}, R"({"mode":"ANY","allowedFunctionNames":["f"]})"},
  }));
  chat_request request = asking({said(chat_role::user, "q")});
  request.choice = choice;
  CHECK_FALSE(encoded(request).contains("toolConfig"));
  request.tools = {{"f", "", ""}};
  CHECK(encoded(request)["toolConfig"]["functionCallingConfig"] == json::parse(expected));
}

TEST_CASE("Sampling is said in Gemini's words", "[wire][gemini]") {
  chat_request request = asking({said(chat_role::user, "q")});
  request.temperature = 0.5;
  request.top_p = 0.25;
  request.top_k = 3;
  request.presence_penalty = 0.5;
  request.frequency_penalty = -0.5;
  request.seed = 7;
  request.stop = {"END", ""};
  request.choices = 2;
  request.logprobs = true;
  request.top_logprobs = 4;
  request.tier = service_tier::flex;
  const json body = encoded(request);
  CHECK(body["serviceTier"] == "flex");
  CHECK(body["generationConfig"] == json::parse(R"({"temperature":0.5,"topP":0.25,"topK":3,
    "presencePenalty":0.5,"frequencyPenalty":-0.5,"seed":7,"stopSequences":["END"],
    "candidateCount":2,"responseLogprobs":true,"logprobs":4})"));
  request.seed = (std::int64_t{1} << 40) + 5;
  CHECK(config(request, middle_model)["seed"] == 5);
}

TEST_CASE("How long to think is said as each generation wants it", "[wire][gemini]") {
  using effort = reasoning_effort;
  const auto [model, asked, expected] = GENERATE(table<const char*, effort, const char*>({
      {"gemini-3-pro-preview", effort::none, R"({"thinkingLevel":"LOW"})"},
      {"gemini-3.5-flash", effort::none, R"({"thinkingLevel":"MINIMAL"})"},
      {"gemini-3.5-flash", effort::medium, R"({"thinkingLevel":"MEDIUM"})"},
      {"models/gemini-3.5-flash", effort::max, R"({"thinkingLevel":"HIGH"})"},
      {"gemini-flash-latest", effort::low, R"({"thinkingLevel":"LOW"})"},
      {"gemini-2.5-pro", effort::none, R"({"thinkingBudget":128})"},
      {"gemini-2.5-pro", effort::xhigh, R"({"thinkingBudget":32768})"},
      {"gemini-2.5-flash", effort::none, R"({"thinkingBudget":0})"},
      {"gemini-2.5-flash", effort::low, R"({"thinkingBudget":1024})"},
      {"gemini-2.5-flash-lite", effort::medium, R"({"thinkingBudget":8192})"},
      {"gemini-2.5-flash", effort::max, R"({"thinkingBudget":24576})"},
      {"gemini-2.0-flash", effort::high, "null"},
  }));
  CAPTURE(model, asked);
  chat_request request = asking({said(chat_role::user, "q")});
  request.effort = asked;
  CHECK(config(request, model).value("thinkingConfig", json()) == json::parse(expected));
}

TEST_CASE("A number of thinking tokens is kept within what the model allows", "[wire][gemini]") {
  chat_request request = asking({said(chat_role::user, "q")});
  request.reasoning_tokens_max = token_count{100'000};
  request.show_reasoning = true;
  CHECK(config(request, "gemini-2.5-flash")["thinkingConfig"]
        == json::parse(R"({"thinkingBudget":24576,"includeThoughts":true})"));
  CHECK(config(request, "gemini-3-flash")["thinkingConfig"]
        == json::parse(R"({"thinkingBudget":100000,"includeThoughts":true})"));
  // Both at once are refused: the newer word counts.
  request.effort = reasoning_effort::low;
  CHECK(config(request, "gemini-3-flash")["thinkingConfig"]["thinkingLevel"] == "LOW");
  CHECK_FALSE(config(request, "gemini-3-flash")["thinkingConfig"].contains("thinkingBudget"));
  CHECK_FALSE(config(request, "gemini-2.0-flash").contains("thinkingConfig"));
}

TEST_CASE("A response schema is sent in the notation of the generation", "[wire][gemini]") {
  chat_request request = asking({said(chat_role::user, "q")});
  request.response_schema_json = R"({"type":"object","properties":{"n":{"enum":[1,2]}}})";
  CHECK(config(request, middle_model) == json::parse(R"({"responseMimeType":"application/json",
    "responseJsonSchema":{"type":"object","properties":{"n":{"type":"integer","enum":[1,2]}}}})"));
  CHECK(config(request, old_model)["responseSchema"]["type"] == "OBJECT");
  request.response_schema_json = R"({"type":"object"})";
  CHECK(config(request, middle_model) == json::parse(R"({"responseMimeType":"application/json"})"));
}

TEST_CASE("Beside tools, older models are told the schema in words", "[wire][gemini]") {
  chat_request request = asking({said(chat_role::user, "q")});
  request.tools = {{"f", "", ""}};
  request.response_schema_json = R"({"type":"array"})";
  CHECK(encoded(request, new_model)["generationConfig"].contains("responseJsonSchema"));
  const json in_words = encoded(request, middle_model);
  CHECK_FALSE(in_words.contains("generationConfig"));
  CHECK_THAT(in_words["systemInstruction"]["parts"][0]["text"].get<std::string>(),
             Catch::EndsWith(R"({"type":"array"})"));
  request.choice = tool_choice{tool_choice_mode::none, {}};
  const json without = encoded(request, middle_model);
  CHECK_FALSE(without.contains("tools"));
  CHECK(without["generationConfig"].contains("responseJsonSchema"));
}

TEST_CASE("Bytes that are no UTF-8 do not break the body", "[wire][gemini]") {
  CHECK(contents({said(chat_role::user, "a\xff")})[0]["parts"][0]["text"] == "a\xEF\xBF\xBD");
}

TEST_CASE("Every recorded request to Gemini is read", "[wire][gemini]") {
  int seen = 0;
  for (const auto& r : spillway::testing::all_recorded(SPILLWAY_FIXTURES, "gemini")) {
    if (r.row["api"] != "generateContent" || r.request_body.empty())
      continue;
    CAPTURE(r.row["id"]);
    const chat_request request = decoded(r.request_body);
    CHECK_FALSE(request.messages.empty());
    CHECK(request.tools.empty() != r.row["tools"].get<bool>());
    ++seen;
  }
  CHECK(seen >= 12);
}

TEST_CASE("A request written for Gemini is read as it was meant", "[wire][gemini]") {
  chat_request request = asking(
      {said(chat_role::system, "be brief"), said(chat_role::user, "weather?"),
       called({{"abc123", "weather", R"({"city":"Oslo"})", "c2ln"}, {"def456", "time", "{}"}},
              "let me look"),
       told("abc123", "rainy"), told("def456", R"({"hour":12})"),
       said(chat_role::user, "and now?")});
  request.messages[3].name = "weather";
  request.messages[4].name = "time";
  request.tools = {{"weather", "tells it", R"({"properties":{"city":{"type":"string"}},"type":"object"})"},
                   {"time", "", ""}};
  request.choice = tool_choice{tool_choice_mode::named, "time"};
  request.temperature = 0.5;
  request.top_p = 0.25;
  request.top_k = 3;
  request.seed = 9;
  request.stop = {"END"};
  request.choices = 2;
  request.logprobs = true;
  request.top_logprobs = 2;
  request.presence_penalty = 0.5;
  request.frequency_penalty = 0.5;
  request.effort = reasoning_effort::low;
  request.show_reasoning = true;
  request.tier = service_tier::priority;
  request.response_schema_json = R"({"items":{"type":"string"},"type":"array"})";
  const chat_request read = decoded(encode_chat_request(request, new_model, token_count{77}));
  CHECK(read.messages == request.messages);
  CHECK(read.tools == request.tools);
  CHECK(read.choice == request.choice);
  CHECK(read.output_tokens_max == token_count{77});
  CHECK(read.temperature == request.temperature);
  CHECK(read.top_p == request.top_p);
  CHECK(read.top_k == request.top_k);
  CHECK(read.seed == request.seed);
  CHECK(read.stop == request.stop);
  CHECK(read.choices == 2);
  CHECK(read.logprobs == request.logprobs);
  CHECK(read.top_logprobs == request.top_logprobs);
  CHECK(read.presence_penalty == request.presence_penalty);
  CHECK(read.frequency_penalty == request.frequency_penalty);
  CHECK(read.effort == request.effort);
  CHECK(read.show_reasoning);
  CHECK(read.tier == service_tier::priority);
  CHECK(read.response_schema_json == request.response_schema_json);
}

TEST_CASE("Names in snake_case and single values for lists are read", "[wire][gemini]") {
  const chat_request request = decoded(R"({
    "system_instruction":{"parts":{"text":"be brief"}},
    "contents":{"role":"user","parts":{"inline_data":{"mime_type":"image/png","data":"-_8="}}},
    "generation_config":{"max_output_tokens":5,"thinking_config":{"thinking_budget":0},
      "response_mime_type":"application/json","response_schema":{"type":"OBJECT"}}})");
  REQUIRE(request.messages.size() == 2);
  CHECK(request.messages[0] == said(chat_role::system, "be brief"));
  CHECK(request.messages[1].parts
        == std::vector<content_part>{{.what = content_part::kind::image,
                                      .data_base64 = "+/8=",
                                      .media_type = "image/png"}});
  CHECK(request.output_tokens_max == token_count{5});
  CHECK(request.effort == reasoning_effort::none);
  CHECK(request.response_schema_json == R"({"type":"object"})");
}

TEST_CASE("Calls without ids get their own, and results find them", "[wire][gemini]") {
  const chat_request request = decoded(R"({"contents":[
    {"role":"user","parts":[{"text":"q"}]},
    {"role":"model","parts":[{"functionCall":{"name":"f","args":{"n":1}}},
                             {"functionCall":{"name":"f","args":{"n":2}}}]},
    {"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":"one"}}},
                            {"functionResponse":{"name":"f","response":{"error":"two"}}},
                            {"text":"go on"}]}]})");
  REQUIRE(request.messages.size() == 5);
  const auto& calls = request.messages[1].tool_calls;
  REQUIRE(calls.size() == 2);
  CHECK(calls[0].id != calls[1].id);
  CHECK(request.messages[2].tool_call_id == calls[0].id);
  CHECK(request.messages[2].text == "one");
  CHECK(request.messages[3].tool_call_id == calls[1].id);
  CHECK(request.messages[3].is_error);
  CHECK(request.messages[4] == said(chat_role::user, "go on"));
}

TEST_CASE("What only Gemini knows goes along to Gemini", "[wire][gemini]") {
  const char* given = R"({
    "contents":[{"parts":[{"text":"q"}]}],
    "safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"BLOCK_NONE"}],
    "cachedContent":"cachedContents/1",
    "tools":[{"googleSearch":{}},{"functionDeclarations":[{"name":"f"}]}],
    "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f","g"]}},
    "generationConfig":{"temperature":1,"responseModalities":["TEXT"]}})";
  chat_request request = decoded(given);
  CHECK(request.foreign.dialect == "gemini");
  const json body = encoded(request);
  CHECK(body["safetySettings"][0]["threshold"] == "BLOCK_NONE");
  CHECK(body["cachedContent"] == "cachedContents/1");
  CHECK(body["tools"] == json::parse(R"([{"functionDeclarations":[{"name":"f","description":""}]},
                                         {"googleSearch":{}}])"));
  CHECK(body["toolConfig"]["functionCallingConfig"]
        == json::parse(R"({"mode":"ANY","allowedFunctionNames":["f","g"]})"));
  CHECK(body["generationConfig"] == json::parse(R"({"temperature":1.0,"responseModalities":["TEXT"]})"));
  request.foreign.dialect = "anthropic";
  CHECK_FALSE(encoded(request).contains("safetySettings"));
}

TEST_CASE("A body that is wrong is refused by the path of what is wrong", "[wire][gemini]") {
  const auto [body, expected] = GENERATE(table<std::string, std::string>({
      {"", "not valid JSON: unexpected at byte 1"},
      {"[]", "the request body must be a JSON object"},
      {"{}", "contents must hold at least one turn"},
      {R"({"contents":7})", "contents must be an array"},
      {R"({"contents":[7]})", "contents[0] must be an object"},
      {R"({"contents":[{"parts":[]}]})", "contents[0].parts must hold at least one part"},
      {R"({"contents":[{"parts":[{"text":7}]}]})", "contents[0].parts[0].text must be a string"},
      {R"({"contents":[{"role":"bot","parts":[{"text":"a"}]}]})",
       "contents[0].role must be user or model"},
      {R"({"contents":[{"parts":[{"txt":"a"}]}]})", "contents[0].parts[0].txt is an unknown name"},
      {R"({"messages":[]})", "messages is an unknown name"},
      {R"({"contents":[{"parts":[{"functionCall":{"args":{}}}],"role":"model"}]})",
       "contents[0].parts[0].functionCall.name is missing; expected a string"},
      {R"({"contents":[{"parts":[{"functionCall":{"name":"f","args":"{}"}}],"role":"model"}]})",
       "contents[0].parts[0].functionCall.args must be an object"},
      {R"({"contents":[{"parts":[{"functionResponse":{"name":"f","response":"x"}}]}]})",
       "contents[0].parts[0].functionResponse.response must be an object"},
      {R"({"contents":[{"parts":[{"text":"a"}]}],"generationConfig":{"max_tokens":1}})",
       "generationConfig.max_tokens is an unknown name"},
      {R"({"contents":[{"parts":[{"text":"a"}]}],"generationConfig":{"maxOutputTokens":0}})",
       "generationConfig.maxOutputTokens must be a positive number of tokens"},
      {R"({"contents":[{"parts":[{"text":"a"}]}],"generationConfig":{"candidateCount":999}})",
       "generationConfig.candidateCount must be from 1 to 128"},
      {R"({"contents":[{"parts":[{"text":"a"}]}],
           "generationConfig":{"thinkingConfig":{"thinkingLevel":"LOTS"}}})",
       "generationConfig.thinkingConfig.thinkingLevel must be MINIMAL, LOW, MEDIUM or HIGH"},
      {R"({"contents":[{"parts":[{"text":"a"}]}],
           "toolConfig":{"functionCallingConfig":{"mode":"SOME"}}})",
       "toolConfig.functionCallingConfig.mode must be AUTO, ANY, NONE or VALIDATED"},
      {R"({"contents":[{"parts":[{"text":"a"}]}],"tools":[{"functionDeclarations":[{"nme":"f"}]}]})",
       "tools[0].functionDeclarations[0].nme is an unknown name"},
  }));
  CAPTURE(body);
  CHECK(refusal(body) == expected);
}

TEST_CASE("Parts of another dialect are not told to Gemini, and plain text files are text",
          "[wire][gemini]") {
  using kind = content_part::kind;
  chat_message m;
  m.parts = {{.what = kind::foreign, .text = "{}", .name = "anthropic"},
             {.what = kind::file, .text = "a,b", .name = "t.csv"}};
  CHECK(contents({m})[0]["parts"] == json::array({{{"text", "t.csv\n\na,b"}}}));
  m.parts.pop_back();
  CHECK(contents({m})[0]["parts"] == json::array({{{"text", " "}}}));
}

TEST_CASE("A choice among some of the tools is told to Gemini, and read from it", "[wire][gemini]") {
  chat_request request = asking({said(chat_role::user, "q")});
  for (const char* name : {"f", "g", "h"})
    request.tools.push_back({name, {}, {}});
  request.choice = tool_choice{tool_choice_mode::required, {}, {"f", "g"}};
  const json body = encoded(request);
  CHECK(body["toolConfig"]["functionCallingConfig"]
        == json::parse(R"({"mode":"ANY","allowedFunctionNames":["f","g"]})"));
  CHECK(decoded(body.dump()).choice == request.choice);
  // Where the model may also answer, the others are not shown to it.
  request.choice->mode = tool_choice_mode::automatic;
  const json shown = encoded(request)["tools"][0]["functionDeclarations"];
  REQUIRE(shown.size() == 2);
  CHECK(shown[1]["name"] == "g");
}
