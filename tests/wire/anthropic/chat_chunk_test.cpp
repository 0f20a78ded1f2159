#include "tests/support/recorded.hpp"
#include "wire/anthropic/chat_chunk.hpp"
#include "wire/anthropic/chat_events.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using namespace spillway::wire;
using namespace spillway::wire::anthropic;
using nlohmann::json;

namespace {

/// What one stream came to.
struct heard {
  std::vector<chat_delta> deltas;
  chat_reply reply;
  bool whole = false;
  std::string error_json;
  std::string malformed;

  std::string text() const {
    std::string all;
    for (const chat_delta& d : deltas)
      all += d.text;
    return all;
  }

  /// The calls as a reader puts them together.
  std::vector<tool_call> calls() const {
    std::vector<tool_call> all;
    for (const chat_delta& d : deltas)
      for (const tool_call_delta& t : d.tool_calls) {
        all.resize(std::max(all.size(), t.index + 1));
        all[t.index].id += t.id;
        all[t.index].name += t.name;
        all[t.index].arguments_json += t.arguments_json;
      }
    return all;
  }
};

heard read(const std::string& bytes, std::size_t piece = SIZE_MAX) {
  sse_reader sse;
  event_reader events;
  heard h;
  std::vector<sse_event> pending;
  for (std::size_t at = 0; at < bytes.size(); at += std::min(piece, bytes.size() - at))
    sse.feed(std::string_view{bytes}.substr(at, piece), pending);
  sse.finish(pending);
  for (const sse_event& e : pending)
    events.take(e, h.deltas);
  h.whole = events.is_whole();
  h.error_json = events.error_json();
  h.malformed = events.malformed();
  h.reply = events.take_reply();
  return h;
}

/// One event a line.
std::string stream_of(const std::vector<std::string>& events) {
  std::string bytes;
  for (const std::string& e : events)
    append_sse_event(bytes, {}, e);
  return bytes;
}

constexpr const char* start =
    R"({"type":"message_start","message":{"id":"msg_1","model":"m-1","usage":{"input_tokens":9,
        "cache_read_input_tokens":100,"output_tokens":1}}})";
constexpr const char* finish =
    R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":20}})";
constexpr const char* stop = R"({"type":"message_stop"})";

std::string block_start(int index, const std::string& block) {
  return R"({"type":"content_block_start","index":)" + std::to_string(index)
         + R"(,"content_block":)" + block + "}";
}

std::string block_delta(int index, const std::string& delta) {
  return R"({"type":"content_block_delta","index":)" + std::to_string(index) + R"(,"delta":)"
         + delta + "}";
}

std::string block_stop(int index) {
  return R"({"type":"content_block_stop","index":)" + std::to_string(index) + "}";
}

std::string words(const std::string& text) {
  return R"({"type":"text_delta","text":")" + text + "\"}";
}

std::string arguments(const std::string& part) {
  return json{{"type", "input_json_delta"}, {"partial_json", part}}.dump();
}

constexpr const char* text_block = R"({"type":"text","text":""})";
constexpr const char* second_call_block =
    R"({"type":"tool_use","id":"t9","name":"get","input":{}})";
constexpr const char* call_block = R"({"type":"tool_use","id":"t1","name":"get","input":{}})";

} // namespace

TEST_CASE("Every recorded stream of Anthropic is read as its recorder read it, in any pieces",
          "[wire][anthropic]") {
  int seen = 0;
  for (const auto& r : spillway::testing::all_recorded(SPILLWAY_FIXTURES, "anthropic")) {
    if (r.row["streaming"] != true)
      continue;
    const json& expected = r.row["expect"];
    CAPTURE(r.row["id"]);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, SIZE_MAX}) {
      const heard h = read(r.response.body, piece);
      CHECK(h.malformed.empty());
      CHECK(h.whole == expected["message_stop"]);
      CHECK(h.error_json.empty() == !expected.contains("stream_error"));
      CHECK(h.reply.message.text == expected["text"]);
      CHECK(h.text() == expected["text"]);
      CHECK(h.reply.finish_native == expected.value("finish_native", ""));
      if (expected.contains("finish"))
        CHECK(to_string(h.reply.finish) == expected["finish"]);
      if (expected.contains("usage")) {
        CHECK(h.reply.usage.input.value() == expected["usage"]["input"]);
        CHECK(h.reply.usage.output.value() == expected["usage"]["output"]);
      }
      REQUIRE(h.reply.message.tool_calls.size() == expected["tool_calls"].size());
      for (std::size_t i = 0; i < h.reply.message.tool_calls.size(); ++i) {
        CHECK(h.reply.message.tool_calls[i].id == expected["tool_calls"][i]["id"]);
        CHECK(json::parse(h.calls()[i].arguments_json) == expected["tool_calls"][i]["arguments"]);
      }
    }
    ++seen;
  }
  CHECK(seen >= 8);
}

TEST_CASE("Usage is the newest word on each count, not the sum of all", "[wire][anthropic]") {
  const heard h = read(stream_of(
      {start, R"({"type":"message_delta","delta":{},"usage":{"output_tokens":12}})",
       R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},
           "usage":{"input_tokens":10,"output_tokens":20}})",
       stop}));
  CHECK(h.whole);
  CHECK(h.reply.usage.input == token_count{110});
  CHECK(h.reply.usage.cached_input == token_count{100});
  CHECK(h.reply.usage.output == token_count{20});
  CHECK_FALSE(h.reply.usage.estimated);
}

TEST_CASE("A stream without its message_stop is not whole", "[wire][anthropic]") {
  const heard h =
      read(stream_of({start, block_start(0, text_block), block_delta(0, words("Hel"))}));
  CHECK_FALSE(h.whole);
  CHECK(h.reply.message.text == "Hel");
  CHECK(h.reply.usage.estimated);
  CHECK(h.reply.usage.input == token_count{109});
  CHECK_FALSE(read(stream_of({start, finish})).whole);
}

TEST_CASE("An error event ends the stream, whatever follows", "[wire][anthropic]") {
  const heard h = read(stream_of(
      {start, block_start(0, text_block), block_delta(0, words("Hel")),
       R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})",
       block_delta(0, words("lo")), stop}));
  CHECK_FALSE(h.whole);
  CHECK(json::parse(h.error_json)["error"]["type"] == "overloaded_error");
  CHECK(h.text() == "Hel");
  std::string named;
  append_sse_event(named, "error", "upstream connect error");
  CHECK(read(named).error_json == "upstream connect error");
}

TEST_CASE("A call without arguments has none, in deltas and reply", "[wire][anthropic]") {
  for (const bool with_empty_delta : {false, true}) {
    std::vector<std::string> events = {start, block_start(0, call_block)};
    if (with_empty_delta)
      events.push_back(block_delta(0, arguments("")));
    events.insert(events.end(), {block_stop(0), finish, stop});
    const heard h = read(stream_of(events));
    CHECK(h.reply.message.tool_calls == std::vector<tool_call>{{"t1", "get", "{}"}});
    CHECK(h.calls() == h.reply.message.tool_calls);
    CHECK(h.reply.finish == finish_reason::tool_calls);
  }
}

TEST_CASE("Parallel calls are counted from zero whatever blocks stand between them",
          "[wire][anthropic]") {
  const heard h = read(stream_of(
      {start, block_start(0, text_block), block_delta(0, words("Both.")), block_stop(0),
       block_start(1, call_block), block_delta(1, arguments(R"({"a":)")),
       block_delta(1, arguments("1}")), block_stop(1),
       block_start(2, R"({"type":"server_tool_use","id":"s","name":"web_search","input":{}})"),
       block_delta(2, arguments(R"({"q":1})")), block_stop(2),
       block_start(3, R"({"type":"tool_use","id":"t2","name":"put","input":{}})"), block_stop(3),
       finish, stop}));
  CHECK(h.calls()
        == std::vector<tool_call>{{"t1", "get", R"({"a":1})"}, {"t2", "put", "{}"}});
  CHECK(h.reply.message.tool_calls == h.calls());
}

TEST_CASE("Why an answer was refused is told to who reads the stream, once", "[wire][anthropic]") {
  const std::string refused = R"({"type":"message_delta","delta":{"stop_reason":"refusal",)"
                              R"("stop_details":{"explanation":"No."}},"usage":{}})";
  const heard h = read(stream_of({start, refused, refused, R"({"type":"message_stop"})"}));
  REQUIRE(h.deltas.size() == 1);
  CHECK(h.deltas[0].refusal == "No.");
  CHECK(h.reply.refusal == "No.");
  CHECK(h.reply.finish == finish_reason::content_filter);
}

TEST_CASE("Thoughts come with their signature, hidden ones whole", "[wire][anthropic]") {
  const heard h = read(stream_of(
      {start, block_start(0, R"({"type":"thinking","thinking":"","signature":""})"),
       block_delta(0, R"({"type":"thinking_delta","thinking":"Let me"})"),
       block_delta(0, R"({"type":"signature_delta","signature":"sig"})"), block_stop(0),
       block_start(1, R"({"type":"redacted_thinking","data":"xyz"})"), block_stop(1),
       block_start(2, text_block), block_delta(2, words("ok")), block_stop(2), finish, stop}));
  CHECK(h.deltas
        == std::vector<chat_delta>{{.reasoning = "Let me"},
                                   {.reasoning_signature = "sig"},
                                   {.redacted_reasoning = "xyz"},
                                   {.text = "ok"}});
  CHECK(h.reply.message.reasoning
        == std::vector<reasoning_block>{{"Let me", "sig", {}, "anthropic", "m-1"},
                                        {{}, {}, "xyz", "anthropic", "m-1"}});
}

TEST_CASE("An answer that begins anew is not told twice", "[wire][anthropic]") {
  const heard same = read(stream_of(
      {start, block_start(0, text_block), block_delta(0, words("Hello wo")), start,
       block_start(0, text_block), block_delta(0, words("Hel")), block_delta(0, words("lo world")),
       block_stop(0), finish, stop}));
  CHECK(same.text() == "Hello world");
  CHECK(same.reply.message.text == "Hello world");
  const heard other = read(stream_of({start, block_start(0, text_block), start,
                                      block_start(0, text_block), block_delta(0, words("Hi")),
                                      block_stop(0), finish, stop}));
  CHECK(other.text() == "Hi");
}

TEST_CASE("A call that begins anew goes on where readers have it, or is another one",
          "[wire][anthropic]") {
  const auto restarted = [&](const std::string& second) {
    return read(stream_of({start, block_start(0, call_block),
                           block_delta(0, arguments(R"({"city":"Par)")), start,
                           block_start(0, second_call_block),
                           block_delta(0, arguments(second)), block_stop(0), finish, stop}));
  };
  const heard same = restarted(R"({"city":"Paris"})");
  CHECK(same.calls() == std::vector<tool_call>{{"t1", "get", R"({"city":"Paris"})"}});
  CHECK(same.reply.message.tool_calls
        == std::vector<tool_call>{{"t9", "get", R"({"city":"Paris"})"}});
  for (const char* differing : {R"({"city":"Rome"})", R"({"city")"}) {
    const heard other = restarted(differing);
    REQUIRE(other.calls().size() == 2);
    CHECK(other.calls()[1] == tool_call{"t9", "get", differing});
    CHECK(other.reply.message.tool_calls == std::vector<tool_call>{{"t9", "get", differing}});
  }
}

TEST_CASE("Structured output that streams by a tool is text", "[wire][anthropic]") {
  const heard h = read(stream_of(
      {start,
       block_start(0, R"({"type":"tool_use","id":"t","name":"spillway_reply","input":{}})"),
       block_delta(0, arguments(R"({"age")")), block_delta(0, arguments(":7}")), block_stop(0),
       finish, stop}));
  CHECK(h.text() == R"({"age":7})");
  CHECK(h.reply.message.text == R"({"age":7})");
  CHECK(h.reply.finish == finish_reason::stop);
}

TEST_CASE("Unknown events, unknown blocks and pings say nothing", "[wire][anthropic]") {
  const heard h = read(stream_of(
      {R"({"type":"ping"})", start, R"({"type":"vibe_check"})",
       block_start(0, R"({"type":"hologram"})"), block_delta(0, R"({"type":"ray_delta"})"),
       block_stop(0), finish, stop, "[DONE]"}));
  CHECK(h.whole);
  CHECK(h.deltas.empty());
  CHECK(h.malformed.empty());
}

TEST_CASE("A server that sends calls whole, or texts without a start, is understood",
          "[wire][anthropic]") {
  const heard h = read(stream_of(
      {start, block_delta(0, words("hi")),
       block_start(1, R"({"type":"tool_use","id":"t","name":"get","input":{"a":1}})"),
       block_stop(1), finish, stop}));
  CHECK(h.text() == "hi");
  CHECK(h.calls() == std::vector<tool_call>{{"t", "get", R"({"a":1})"}});
}

TEST_CASE("An event that makes no sense is refused by the path of its fault", "[wire][anthropic]") {
  const auto [event, message] = GENERATE(table<std::string, std::string>({
      {"{", "not valid JSON"},
      {"[]", "an event must be a JSON object"},
      {R"({"type":7})", "type must be a string"},
      {R"({"type":"message_start","message":7})", "message_start: message must be an object"},
      {block_start(0, "{}"),
       "content_block_start: content_block.type is missing; expected a string"},
      {block_start(0, R"({"type":"tool_use","id":"t"})"),
       "content_block_start: content_block.name is missing; expected a string"},
      {block_start(-1, text_block), "content_block_start: index must not be negative"},
      {block_delta(0, R"({"type":"text_delta","text":7})"),
       "content_block_delta: delta.text must be a string"},
      {block_delta(5, arguments("{}")),
       "content_block_delta: index names no block that takes a input_json_delta"},
      {R"({"type":"message_delta","delta":{"stop_reason":7}})",
       "message_delta: delta.stop_reason must be a string"},
  }));
  CAPTURE(event);
  const heard h = read(stream_of({start, event, stop}));
  CHECK_THAT(h.malformed, Catch::Contains(message));
  CHECK_FALSE(h.whole);
}

TEST_CASE("A stream of more blocks than any answer has is refused", "[wire][anthropic]") {
  std::vector<std::string> events = {start};
  for (int i = 0; i < 4'000; ++i)
    events.push_back(block_start(i, text_block));
  CHECK_THAT(read(stream_of(events)).malformed, Catch::Contains("more blocks than"));
}

TEST_CASE("What is written for a caller reads as what was said", "[wire][anthropic]") {
  event_writer writer{{"msg_7", "gpt-4o", token_count{33}}};
  const std::vector<chat_delta> said = {
      {.reasoning = "Let me"},
      {.reasoning = " see"},
      {.reasoning_signature = "sig"},
      {.redacted_reasoning = "xyz"},
      {.text = "Hel"},
      {.text = "lo"},
      {.tool_calls = {{0, "t1", "get", "{\"a\"", {}}}},
      {.tool_calls = {{0, {}, {}, ":1}", {}}}},
      {.tool_calls = {{1, "t2", "put", "{}", {}}}},
      {.choice = 1, .text = "not told"},
  };
  std::string bytes = writer.begin() + event_writer::ping();
  for (const chat_delta& d : said)
    bytes += writer.add(d);
  chat_reply end;
  end.finish = finish_reason::tool_calls;
  end.usage.input = token_count{40};
  end.usage.cached_input = token_count{30};
  end.usage.output = token_count{11};
  bytes += writer.end(end);
  const heard h = read(bytes);
  CHECK(h.whole);
  CHECK(h.reply.message.text == "Hello");
  CHECK(h.reply.message.reasoning
        == std::vector<reasoning_block>{{"Let me see", "sig", {}, "anthropic", "gpt-4o"},
                                        {{}, {}, "xyz", "anthropic", "gpt-4o"}});
  CHECK(h.reply.message.tool_calls
        == std::vector<tool_call>{{"t1", "get", R"({"a":1})"}, {"t2", "put", "{}"}});
  CHECK(h.reply.finish_native == "tool_use");
  CHECK(h.reply.usage.input == token_count{40});
  CHECK(h.reply.usage.cached_input == token_count{30});
  CHECK(h.reply.usage.output == token_count{11});
}

TEST_CASE("Blocks are opened and ended one after the other, each event under its name",
          "[wire][anthropic]") {
  event_writer writer{{"msg_7", "m", token_count{}}};
  std::string bytes = writer.begin();
  bytes += writer.add({.text = "a"});
  bytes += writer.add({.tool_calls = {{0, "t", "get", "", {}}}});
  bytes += writer.end({});
  std::vector<sse_event> events;
  sse_reader sse;
  sse.feed(bytes, events);
  std::vector<std::string> names;
  for (const sse_event& e : events) {
    names.push_back(e.name);
    CHECK(json::parse(e.data)["type"] == e.name);
  }
  CHECK(names
        == std::vector<std::string>{"message_start", "content_block_start", "content_block_delta",
                                    "content_block_stop", "content_block_start",
                                    "content_block_stop", "message_delta", "message_stop"});
}

TEST_CASE("Pieces of calls that cannot be told apart any more break the stream",
          "[wire][anthropic]") {
  event_writer writer{{"msg_7", "m", token_count{}}};
  std::string bytes = writer.begin();
  bytes += writer.add({.tool_calls = {{0, "t1", "get", "{", {}}}});
  bytes += writer.add({.tool_calls = {{1, "t2", "get", "{", {}}}});
  bytes += writer.add({.tool_calls = {{0, {}, {}, "}", {}}}});
  bytes += writer.add({.text = "more"});
  bytes += writer.end({});
  const heard h = read(bytes);
  CHECK_FALSE(h.whole);
  CHECK(json::parse(h.error_json)["error"]["type"] == "api_error");
}

TEST_CASE("A stream that broke off ends in an error event and nothing else", "[wire][anthropic]") {
  event_writer writer{{"msg_7", "m", token_count{}}};
  std::string bytes = writer.begin();
  bytes += writer.add({.text = "a"});
  bytes += writer.fail({"overloaded_error", "busy", {}});
  bytes += writer.fail({"api_error", "again", {}});
  bytes += writer.end({});
  const heard h = read(bytes);
  CHECK(json::parse(h.error_json)["error"]
        == json{{"type", "overloaded_error"}, {"message", "busy"}});
  CHECK(bytes.find("again") == std::string::npos);
  CHECK(bytes.find("message_stop") == std::string::npos);
}
