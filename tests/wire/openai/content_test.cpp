#include "wire/openai/chat_request.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using namespace spillway::wire::openai;
using nlohmann::json;
using kind = content_part::kind;

namespace {

/// The turn of a request whose only message is `message`.
chat_message turn(const std::string& message) {
  const auto read = decode_chat_request(R"({"model":"m","messages":[)" + message + "]}");
  INFO((read ? std::string{} : read.failure().message));
  REQUIRE(read);
  return read->request.messages[0];
}

chat_message user_turn(const std::string& content) {
  return turn(R"({"role":"user","content":)" + content + '}');
}

chat_message holding(std::vector<content_part> parts, chat_role role = chat_role::user) {
  return {role, {}, {}, {}, {}, std::move(parts)};
}

json written(const std::vector<chat_message>& messages, const request_options& options = {}) {
  chat_request request;
  request.messages = messages;
  return json::parse(encode_chat_request(request, "m", {}, options))["messages"];
}

} // namespace

TEST_CASE("Images come as a place or as bytes, and go out the same way", "[wire][openai]") {
  const std::string content = R"([{"type":"text","text":"see"},
    {"type":"image_url","image_url":{"url":"https://x/y.png","detail":"low"}},
    {"type":"image_url","image_url":{"url":"data:image/png;base64,AAEC"}}])";
  const chat_message message = user_turn(content);
  REQUIRE(message.parts.size() == 3);
  CHECK(message.text.empty());
  CHECK(message.parts[1].what == kind::image);
  CHECK(message.parts[1].url == "https://x/y.png");
  CHECK(message.parts[1].detail == "low");
  CHECK(message.parts[2].media_type == "image/png");
  CHECK(message.parts[2].data_base64 == "AAEC");
  CHECK(message.parts[2].url.empty());
  CHECK(written({message})[0]["content"] == json::parse(content));
}

TEST_CASE("Audio is named by its media type", "[wire][openai]") {
  const auto [format, media_type] = GENERATE(table<std::string, std::string>(
      {{"wav", "audio/wav"}, {"mp3", "audio/mpeg"}, {"flac", "audio/flac"}}));
  const std::string content =
      R"([{"type":"text","text":"hear"},{"type":"input_audio","input_audio":{"data":"AA==",)"
      R"("format":")"
      + format + R"("}}])";
  const chat_message message = user_turn(content);
  CHECK(message.parts[1].what == kind::audio);
  CHECK(message.parts[1].media_type == media_type);
  CHECK(written({message})[0]["content"] == json::parse(content));
}

TEST_CASE("Files come as bytes or as an id of the vendor's", "[wire][openai]") {
  const std::string content = R"([{"type":"text","text":"read"},
    {"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,AA=="}},
    {"type":"file","file":{"file_id":"file-1"}}])";
  const chat_message message = user_turn(content);
  CHECK(message.parts[1].what == kind::file);
  CHECK(message.parts[1].name == "a.pdf");
  CHECK(message.parts[1].media_type == "application/pdf");
  CHECK(message.parts[2].url == "openai-file:file-1");
  CHECK(written({message})[0]["content"] == json::parse(content));
}

TEST_CASE("A list of one plain text is that text", "[wire][openai]") {
  const chat_message message = user_turn(R"([{"type":"text","text":"hi"}])");
  CHECK(message.text == "hi");
  CHECK(message.parts.empty());
  CHECK(written({message})[0]["content"] == "hi");
}

TEST_CASE("Cache marks are read in either notation and written in the server's",
          "[wire][openai]") {
  const chat_message message = user_turn(R"([
    {"type":"text","text":"a","cache_control":{"type":"ephemeral","ttl":"1h"}},
    {"type":"text","text":"b","prompt_cache_breakpoint":{"mode":"explicit"}}])");
  CHECK(message.parts[0].cache == cache_mark::one_hour);
  CHECK(message.parts[1].cache == cache_mark::five_minutes);
  const json plain = written({message})[0]["content"];
  CHECK(plain == json::parse(R"([{"type":"text","text":"a"},{"type":"text","text":"b"}])"));
  const json marked = written({message}, {.cache = cache_notation::control})[0]["content"];
  CHECK(marked[0]["cache_control"] == json::parse(R"({"type":"ephemeral","ttl":"1h"})"));
  CHECK(marked[1]["cache_control"] == json::parse(R"({"type":"ephemeral"})"));
  const json broken = written({message}, {.cache = cache_notation::breakpoint})[0]["content"];
  CHECK(broken[0]["prompt_cache_breakpoint"] == json::parse(R"({"mode":"explicit"})"));
}

TEST_CASE("A mark at the end of a plain turn makes its text a part where marks are known",
          "[wire][openai]") {
  const chat_message message =
      turn(R"({"role":"user","content":"a","cache_control":{"type":"ephemeral"}})");
  CHECK(message.cache == cache_mark::five_minutes);
  CHECK(written({message})[0]["content"] == "a");
  const json marked = written({message}, {.cache = cache_notation::control})[0]["content"];
  CHECK(marked == json::parse(R"([{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}])"));
}

TEST_CASE("An image in a tool's result follows all results of the turn as the user's",
          "[wire][openai]") {
  chat_message first{chat_role::tool, "", "", {}, "c1"};
  first.parts = {{kind::text, "done"}, {kind::image, "", "https://x/1.png"}};
  chat_message second{chat_role::tool, "", "", {}, "c2"};
  second.parts = {{kind::image, "", "https://x/2.png"}};
  const json list = written({first, second, {chat_role::user, "go on", "", {}, ""}});
  REQUIRE(list.size() == 4);
  CHECK(list[0] == json::parse(R"({"role":"tool","tool_call_id":"c1","content":"done"})"));
  CHECK(list[1]["tool_call_id"] == "c2");
  CHECK(list[1]["content"].is_string());
  CHECK(list[2]["role"] == "user");
  CHECK(list[2]["content"][1]["image_url"]["url"] == "https://x/2.png");
  CHECK(list[3]["content"] == "go on");
}

TEST_CASE("A refusal of an earlier turn goes back where the server has a place for it",
          "[wire][openai]") {
  const chat_message message =
      turn(R"({"role":"assistant","content":[{"type":"refusal","refusal":"no"}]})");
  CHECK(message.refusal == "no");
  CHECK(written({message}, {.refusal_field = true})[0]["refusal"] == "no");
  CHECK(written({message})[0]["content"] == "no");
}

TEST_CASE("Ids of calls become short ones where the server wants that, in call and result alike",
          "[wire][openai]") {
  chat_message calling{chat_role::assistant, "", "", {{"call_0123456789", "f", "{}"}}, ""};
  chat_message result{chat_role::tool, "x", "", {}, "call_0123456789"};
  const json list = written({calling, result}, {.short_call_ids = true});
  const std::string id = list[0]["tool_calls"][0]["id"];
  CHECK(id.size() == 9);
  CHECK(list[1]["tool_call_id"] == id);
  calling.tool_calls[0].id = "abcDEF123";
  CHECK(written({calling}, {.short_call_ids = true})[0]["tool_calls"][0]["id"] == "abcDEF123");
}

TEST_CASE("A part of another dialect is told to no server of this one", "[wire][openai]") {
  const content_part foreign{.what = kind::foreign, .text = "{}", .name = "anthropic"};
  const content_part look{kind::text, "look"};
  const json spoken = json::array({{{"type", "text"}, {"text", "look"}}});
  CHECK(written({holding({look, foreign})})[0]["content"] == spoken);
  CHECK(written({holding({foreign})})[0]["content"][0]["text"] == "");
  const json results = written({holding({look, foreign}, chat_role::tool)});
  CHECK(results.size() == 1);
  CHECK(results[0]["content"] == "look");
}

TEST_CASE("A file that is plain text is sent as text under its name", "[wire][openai]") {
  const content_part file{.what = kind::file, .text = "a,b", .name = "t.csv"};
  CHECK(written({holding({file})})[0]["content"]
        == json::array({{{"type", "text"}, {"text", "t.csv\n\na,b"}}}));
}
