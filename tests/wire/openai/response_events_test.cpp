#include "tests/wire/openai/streams.hpp"
#include "wire/openai/response_events.hpp"
#include "wire/openai/response_reply.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using namespace spillway::wire::openai;
using nlohmann::json;

namespace {

using spillway::testing::read_stream;

read_stream read(const std::vector<std::string>& events) {
  return spillway::testing::read_events<response_reader>(events);
}

/// An event with its type and the rest of its members.
std::string event(const std::string& type, const std::string& rest) {
  return R"({"type":")" + type + R"(",)" + rest + '}';
}

std::string added(int index, const std::string& item) {
  return event("response.output_item.added",
               R"("output_index":)" + std::to_string(index) + R"(,"item":)" + item);
}

std::string finished(int index, const std::string& item) {
  return event("response.output_item.done",
               R"("output_index":)" + std::to_string(index) + R"(,"item":)" + item);
}

std::string delta(const std::string& of, int index, const std::string& text) {
  return event("response." + of + ".delta",
               R"("output_index":)" + std::to_string(index) + R"(,"delta":")" + text + '"');
}

std::string completed(const std::string& output = "[]") {
  return event("response.completed",
               R"("response":{"id":"r1","model":"m-1","status":"completed","output":)" + output
                   + R"(,"usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":4},
                     "output_tokens":5,"output_tokens_details":{"reasoning_tokens":2},
                     "total_tokens":15}})");
}

const std::string created = event("response.created", R"("response":{"id":"r1","model":"m-1"})");
const std::string message_item =
    R"({"type":"message","id":"msg_1","content":[{"type":"output_text","text":"Hello"}]})";
const std::string call_item =
    R"({"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":"{\"x\":1}"})";
const std::string reasoning_item = R"({"type":"reasoning","id":"rs_1","encrypted_content":"gAAA",
  "summary":[{"type":"summary_text","text":"one"},{"type":"summary_text","text":"two"}]})";

} // namespace

TEST_CASE("Arguments belong to the call that was begun, and each call is told with its name",
          "[wire][openai][responses]") {
  const std::string other = R"({"type":"tool_search_call","id":"ts_1"})";
  const read_stream s = read(
      {created, added(0, R"({"type":"function_call","call_id":"call_0","name":"g"})"),
       delta("function_call_arguments", 0, "{}"), added(1, other),
       delta("function_call_arguments", 1, "{}"), finished(1, other), added(2, other),
       finished(2, call_item), added(2, call_item), completed()});
  CHECK(s.reply.message.tool_calls
        == std::vector<tool_call>{{"call_0", "g", "{}"}, {"call_1", "f", R"({"x":1})"}});
}

TEST_CASE("Text, calls and thoughts of a response stream", "[wire][openai][responses]") {
  const read_stream s = read(
      {created, added(0, R"({"type":"reasoning","id":"rs_1","summary":[]})"),
       delta("reasoning_summary_text", 0, "one"),
       event("response.reasoning_summary_part.added", R"("output_index":0,"summary_index":1)"),
       delta("reasoning_summary_text", 0, "two"), finished(0, reasoning_item),
       added(1, R"({"type":"message","id":"msg_1","content":[]})"), delta("output_text", 1, "Hel"),
       delta("output_text", 1, "lo"), finished(1, message_item),
       added(2, R"({"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":""})"),
       delta("function_call_arguments", 2, R"({\"x\")"),
       delta("function_call_arguments", 2, ":1}"), finished(2, call_item), completed()});
  CHECK(s.whole);
  CHECK(s.reply.message.text == "Hello");
  CHECK(s.reply.message.reasoning
        == std::vector<reasoning_block>{{"one\n\ntwo", "rs_1:gAAA", "", "openai"}});
  CHECK(s.reply.message.tool_calls == std::vector<tool_call>{{"call_1", "f", R"({"x":1})"}});
  CHECK(s.reply.finish == finish_reason::tool_calls);
  CHECK(s.reply.finish_native == "completed");
  CHECK(s.reply.model_reported == "m-1");
  CHECK(s.reply.provider_request_id == "r1");
  CHECK(s.reply.usage.cached_input == token_count{4});
  CHECK(s.reply.usage.reasoning == token_count{2});
}

TEST_CASE("A server that sends no deltas is read by what ends its items",
          "[wire][openai][responses]") {
  const std::string output = '[' + reasoning_item + ',' + message_item + ',' + call_item + ']';
  for (const auto& events :
       {std::vector{created, finished(0, reasoning_item), finished(1, message_item),
                    finished(2, call_item), completed(output)},
        std::vector{created, added(0, reasoning_item), finished(0, reasoning_item),
                    added(1, message_item), finished(1, message_item), added(2, call_item),
                    finished(2, call_item), completed(output)},
        std::vector{completed(output)}}) {
    const read_stream s = read(events);
    CHECK(s.whole);
    CHECK(s.reply.message.text == "Hello");
    CHECK(s.reply.message.tool_calls == std::vector<tool_call>{{"call_1", "f", R"({"x":1})"}});
    REQUIRE(s.reply.message.reasoning.size() == 1);
    CHECK(s.reply.message.reasoning[0].text == "one\n\ntwo");
  }
}

TEST_CASE("An incomplete response says why", "[wire][openai][responses]") {
  const auto [reason, expected] = GENERATE(table<std::string, finish_reason>({
      {"max_output_tokens", finish_reason::length},
      {"content_filter", finish_reason::content_filter},
  }));
  const read_stream s =
      read({created, delta("output_text", 0, "x"),
            event("response.incomplete", R"("response":{"status":"incomplete",
              "incomplete_details":{"reason":")" + reason + R"("},"output":[]})")});
  CHECK(s.whole);
  CHECK(s.reply.finish == expected);
  CHECK(s.reply.finish_native == reason);
}

TEST_CASE("A failed response is an error, as is an event of that name",
          "[wire][openai][responses]") {
  const auto failing = GENERATE(
      as<std::string>{},
      event("response.failed", R"("response":{"status":"failed","model":"m-1",
        "error":{"code":"server_error","message":"broken"}})"),
      event("error", R"("code":"server_error","message":"broken","param":null)"),
      std::string{"event: error\ndata: "}
          + event("error", R"("error":{"code":"server_error","message":"broken"})"));
  CAPTURE(failing);
  const read_stream s = read({created, delta("output_text", 0, "x"), failing, completed()});
  CHECK_FALSE(s.whole);
  CHECK_THAT(s.error_json, Catch::Contains("broken"));
  CHECK(json::parse(s.error_json)["error"]["code"] == "server_error");
  CHECK(s.reply.message.text == "x");
}

TEST_CASE("A response stream that is cut is not whole", "[wire][openai][responses]") {
  CHECK_FALSE(read({created, delta("output_text", 0, "x")}).whole);
  CHECK_FALSE(read({}).whole);
}

TEST_CASE("Events that are not known are passed over", "[wire][openai][responses]") {
  const read_stream s =
      read({event("response.web_search_call.searching", R"("output_index":0,"item_id":"ws_1")"),
            event("keepalive", R"("sequence_number":3)"), delta("output_text", 1, "x"),
            completed(), "[DONE]", "garbage"});
  CHECK(s.whole);
  CHECK(s.malformed.empty());
  CHECK(s.reply.message.text == "x");
}

TEST_CASE("An event that is none is named", "[wire][openai][responses]") {
  const auto [bad, says] = GENERATE(table<std::string, std::string>({
      {"nonsense", "not valid JSON"},
      {"[]", "must be a JSON object"},
      {"{}", "type is missing"},
      {R"({"type":"response.output_text.delta","output_index":0,"delta":7})", "delta must be"},
      {R"({"type":"response.output_item.added","output_index":0,"item":{"type":"function_call"}})",
       "item.name is missing"},
  }));
  CAPTURE(bad);
  CHECK_THAT(read({created, bad, completed()}).malformed, Catch::Contains(says));
}

TEST_CASE("The two kinds of streams are told apart by their first event",
          "[wire][openai][responses]") {
  CHECK(is_response_event({"response.created", "{}"}));
  CHECK(is_response_event({"", created}));
  CHECK_FALSE(is_response_event({"", R"({"choices":[]})"}));
  CHECK_FALSE(is_response_event({"", R"({"type":7})"}));
  CHECK_FALSE(is_response_event({"", "[DONE]"}));
}

TEST_CASE("A whole response is read as its stream would be", "[wire][openai][responses]") {
  const std::string body = json::parse(completed('[' + reasoning_item + ',' + message_item + ','
                                                 + call_item + ']'))["response"]
                               .dump();
  CHECK_FALSE(is_response(body));
  const json marked = [&] {
    json document = json::parse(body);
    document["object"] = "response";
    return document;
  }();
  CHECK(is_response(marked.dump()));
  const auto reply = decode_response_reply(marked.dump());
  REQUIRE(reply);
  CHECK(reply->message.text == "Hello");
  CHECK(reply->message.tool_calls.at(0).id == "call_1");
  CHECK(reply->message.reasoning.at(0).signature == "rs_1:gAAA");
  CHECK(reply->finish == finish_reason::tool_calls);
  CHECK(reply->usage.input == token_count{10});
  CHECK_FALSE(decode_response_reply(R"({"error":{"code":"x"}})"));
  CHECK_FALSE(decode_response_reply("[]"));
}

TEST_CASE("A refusal is no text", "[wire][openai][responses]") {
  const auto reply = decode_response_reply(R"({"status":"completed","output":[{"type":"message",
    "content":[{"type":"refusal","refusal":"no"}]}]})");
  REQUIRE(reply);
  CHECK(reply->refusal == "no");
  CHECK(reply->message.text.empty());
  CHECK(reply->usage.estimated);
}

TEST_CASE("A response that is no object ends a stream, wherever it comes",
          "[wire][openai][responses]") {
  const std::string begun =
      R"({"type":"response.created","response":{"id":"r","model":"m","status":"in_progress"}})";
  for (const char* odd : {"\"x\"", "7", "true", "[]"})
    CHECK(read({begun, R"({"type":"response.in_progress","response":)" + std::string{odd} + "}"})
              .malformed
          == "response must be an object");
}
