#include "tests/wire/openai/streams.hpp"
#include "wire/openai/response_events.hpp"
#include "wire/openai/response_reply.hpp"
#include "wire/openai/response_writer.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using namespace spillway::wire::openai;
using nlohmann::json;

namespace {

const response_head head{"resp_1", "m-1", wall_time{std::chrono::seconds{77}}};

std::vector<wire::sse_event> events_of(const std::string& text) {
  wire::sse_reader sse;
  std::vector<wire::sse_event> events;
  sse.feed(text, events);
  return events;
}

token_usage some_usage() {
  token_usage usage;
  usage.input = token_count{10};
  usage.cached_input = token_count{4};
  usage.output = token_count{5};
  usage.reasoning = token_count{2};
  return usage;
}

std::string written(const std::vector<chat_delta>& deltas, finish_reason finish) {
  response_writer writer{head, {}};
  std::string out;
  writer.begin(out);
  for (const chat_delta& d : deltas)
    writer.add(d, out);
  writer.complete(finish, some_usage(), out);
  return out;
}

chat_reply read_back(const std::string& text) {
  response_reader reader;
  std::vector<chat_delta> deltas;
  for (const wire::sse_event& event : events_of(text))
    reader.take(event, deltas);
  INFO(reader.malformed());
  REQUIRE(reader.is_whole());
  return reader.take_reply();
}

const std::vector<chat_delta> everything{
    {.reasoning = "I "},
    {.reasoning = "think"},
    {.reasoning_signature = "rs_9:gAAA", .reasoning_dialect = "openai"},
    {.text = "Hel"},
    {.text = "lo"},
    {.tool_calls = {{0, "c1", "f", "{"}, {1, "c2", "g", "{\"y\""}}},
    {.tool_calls = {{0, "", "", "}"}}},
    {.tool_calls = {{1, "", "", ":2}"}}},
};

} // namespace

TEST_CASE("A response repeats its request's metadata") {
  response_head with = head;
  with.metadata = {{"run", "r1"}};
  CHECK(json::parse(encode_response_reply({}, with, {})).at("metadata") == json{{"run", "r1"}});
  CHECK(json::parse(encode_response_reply({}, head, {})).at("metadata") == json::object());
}

TEST_CASE("A stream of events is read back as it was meant", "[wire][openai][responses]") {
  const chat_reply reply = read_back(written(everything, finish_reason::tool_calls));
  CHECK(reply.message.text == "Hello");
  CHECK(reply.message.reasoning
        == std::vector<reasoning_block>{{"I think", "rs_9:gAAA", "", "openai"}});
  CHECK(reply.message.tool_calls
        == std::vector<tool_call>{{"c1", "f", "{}"}, {"c2", "g", R"({"y":2})"}});
  CHECK(reply.finish == finish_reason::tool_calls);
  CHECK(reply.usage == some_usage());
  CHECK(reply.model_reported == "m-1");
  CHECK(reply.provider_request_id == "resp_1");
}

TEST_CASE("Events come in the vendor's order, numbered without gaps",
          "[wire][openai][responses]") {
  const auto events = events_of(written({{.text = "hi"}}, finish_reason::stop));
  std::vector<std::string> names;
  std::int64_t number = 0;
  for (const wire::sse_event& event : events) {
    const json data = json::parse(event.data);
    CHECK(data["type"] == event.name);
    CHECK(data["sequence_number"] == number++);
    names.push_back(event.name);
  }
  CHECK(names
        == std::vector<std::string>{"response.created", "response.in_progress",
                                    "response.output_item.added", "response.content_part.added",
                                    "response.output_text.delta", "response.output_text.done",
                                    "response.content_part.done", "response.output_item.done",
                                    "response.completed"});
  const json last = json::parse(events.back().data)["response"];
  CHECK(last["status"] == "completed");
  CHECK(last["output"][0]["content"][0]["text"] == "hi");
  CHECK(last["usage"]["input_tokens_details"]["cached_tokens"] == 4);
  const json delta = json::parse(events[4].data);
  CHECK(delta["output_index"] == 0);
  CHECK(delta["content_index"] == 0);
  CHECK(delta["item_id"] == last["output"][0]["id"]);
}

TEST_CASE("A reply cut short is incomplete and says why", "[wire][openai][responses]") {
  const auto [finish, reason] = GENERATE(table<finish_reason, std::string>({
      {finish_reason::length, "max_output_tokens"},
      {finish_reason::content_filter, "content_filter"},
  }));
  const auto events = events_of(written({{.text = "hi"}}, finish));
  CHECK(events.back().name == "response.incomplete");
  CHECK(json::parse(events.back().data)["response"]["incomplete_details"]["reason"] == reason);
}

TEST_CASE("A failure ends the stream with what came before", "[wire][openai][responses]") {
  response_writer writer{head, {}};
  std::string out;
  writer.begin(out);
  writer.add({.text = "partial"}, out);
  writer.fail({"all models failed", "server_error", "upstream_failed", ""}, out);
  const auto events = events_of(out);
  CHECK(events.back().name == "response.failed");
  const json response = json::parse(events.back().data)["response"];
  CHECK(response["status"] == "failed");
  CHECK(response["error"]["code"] == "upstream_failed");
  CHECK(response["output"][0]["content"][0]["text"] == "partial");
}

TEST_CASE("Text and refusal are parts of one message", "[wire][openai][responses]") {
  const chat_reply reply =
      read_back(written({{.text = "Well"}, {.refusal = "no"}}, finish_reason::stop));
  CHECK(reply.message.text == "Well");
  CHECK(reply.refusal == "no");
}

TEST_CASE("Thoughts of any vendor survive to a client and back", "[wire][openai][responses]") {
  const chat_reply reply = read_back(written(
      {{.reasoning = "hm"},
       {.reasoning_signature = "EqQB", .reasoning_dialect = "anthropic"},
       {.redacted_reasoning = "xx", .reasoning_dialect = "anthropic"},
       {.text = "a"}},
      finish_reason::stop));
  CHECK(reply.message.reasoning
        == std::vector<reasoning_block>{{"hm", "EqQB", "", "anthropic"}, {"", "", "xx", "anthropic"}});
}

TEST_CASE("A whole reply is the last event's response", "[wire][openai][responses]") {
  chat_reply reply = read_back(written(everything, finish_reason::tool_calls));
  chat_request request;
  request.temperature = 0.5;
  request.effort = reasoning_effort::low;
  const std::string body = encode_response_reply(reply, head, request);
  CHECK(is_response(body));
  CHECK(json::parse(body)["temperature"] == 0.5);
  CHECK(json::parse(body)["reasoning"]["effort"] == "low");
  const auto again = decode_response_reply(body);
  REQUIRE(again);
  CHECK(again->message == reply.message);
  CHECK(again->usage == reply.usage);
  CHECK(again->finish == reply.finish);
}

TEST_CASE("A reply that says nothing has no output", "[wire][openai][responses]") {
  const json body = json::parse(encode_response_reply({}, head, {}));
  CHECK(body["output"].empty());
  CHECK(body["status"] == "completed");
}

TEST_CASE("A reply repeats the tools that it could call", "[wire][openai][responses]") {
  chat_request request;
  request.tools.push_back({"f", "does f", R"({"type":"object"})"});
  request.choice = tool_choice{tool_choice_mode::named, "f"};
  const json told = json::parse(encode_response_reply(chat_reply{}, head, request));
  CHECK(told.at("tools").at(0).at("name") == "f");
  CHECK(told.at("tools").at(0).at("parameters") == json{{"type", "object"}});
  CHECK(told.at("tool_choice") == json{{"type", "function"}, {"name", "f"}});
  CHECK(json::parse(encode_response_reply(chat_reply{}, head, {})).at("tool_choice") == "auto");
}
