#include "tests/wire/openai/streams.hpp"
#include "wire/anthropic/chat_chunk.hpp"
#include "wire/openai/chat_chunk.hpp"
#include "wire/repeated_event.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

using namespace spillway;
using namespace spillway::testing;
using namespace spillway::wire;

namespace {

using text = std::optional<std::string>;

repeated_event learnt(std::string_view data, std::string_view member, std::string_view value) {
  repeated_event e;
  e.learn(data, member, value);
  return e;
}

std::string event_of(std::string_view body) {
  return R"({"id":"1","choices":[{"delta":{"content":")" + std::string{body} + R"("}}]})";
}

std::string pick(const std::vector<std::string>& from, std::mt19937& random) {
  return from[random() % from.size()];
}

/// The body of a JSON string: plain, escaped, mistaken for members, and now and then no JSON.
std::string random_body(std::mt19937& random) {
  static const std::vector<std::string> sound = {
      "",     " day",      R"(\n)",           R"(a\"b)",          R"(\u00e9)",          "\xC3\xA9",
      R"(\\)", R"(\ud83d)", R"(\"content\":)", R"(\ud83d\ude00)", R"(\",\"content\":\")",
  };
  static const std::vector<std::string> broken = {
      "\xF0\x9F", "tab\there", R"(\x)", R"(a","b":"c)", R"("}}]},)", R"(\)",
  };
  if (random() % 2 == 0)
    return "word";
  return pick(random() % 40 == 0 ? broken : sound, random);
}

/// Of every answer, without those of `chat_reply` that hold for all.
bool same(const chat_choice& a, const chat_choice& b) {
  return a.message == b.message && a.refusal == b.refusal && a.finish == b.finish
         && a.finish_native == b.finish_native && a.logprobs_json == b.logprobs_json;
}

bool same(const chat_reply& a, const chat_reply& b) {
  const auto first = [](const chat_reply& r) {
    return chat_choice{r.message, r.refusal, r.finish, r.finish_native, r.logprobs_json};
  };
  return same(first(a), first(b)) && a.usage == b.usage && a.model_reported == b.model_reported
         && a.provider_request_id == b.provider_request_id
         && std::ranges::equal(a.alternatives, b.alternatives,
                               [](const auto& x, const auto& y) { return same(x, y); });
}

/// The same events read one after the other, and each after a stranger that says nothing.
template <class Reader>
void require_same_after_strangers(const std::vector<std::string>& events,
                                  const std::string& stranger) {
  std::vector<std::string> apart;
  for (const std::string& event : events) {
    apart.push_back(stranger);
    apart.push_back(event);
  }
  const read_stream together = read_events<Reader>(events);
  const read_stream one_by_one = read_events<Reader>(apart);
  CAPTURE(events);
  REQUIRE(together.deltas == one_by_one.deltas);
  REQUIRE(same(together.reply, one_by_one.reply));
  REQUIRE(together.whole == one_by_one.whole);
  REQUIRE(together.error_json == one_by_one.error_json);
  REQUIRE(together.malformed == one_by_one.malformed);
}

/// Streams of `first` and then of `make(random)`, which repeat themselves and break off anywhere.
template <class Reader, class Make>
void read_random_streams(const std::string& first, const std::string& stranger, Make make) {
  std::mt19937 random{7};
  for (int stream = 0; stream < 3000; ++stream) {
    std::vector<std::string> events{first};
    for (unsigned i = 0, size = random() % 24; i < size; ++i)
      events.push_back(make(random));
    require_same_after_strangers<Reader>(events, stranger);
  }
}

} // namespace

TEST_CASE("An event that repeats another but for its text is read as its text", "[wire][stream]") {
  const repeated_event e = learnt(event_of("Hi"), "content", "Hi");
  CHECK(e.text_in(event_of("Hi")) == text{"Hi"});
  CHECK(e.text_in(event_of("")) == text{""});
  CHECK(e.text_in(event_of(R"(a\n\"b\" \u00e9)")) == text{"a\n\"b\" \xC3\xA9"});
  CHECK(e.text_in(event_of("\xC3\xA9")) == text{"\xC3\xA9"});
}

TEST_CASE("Anything else is another event", "[wire][stream]") {
  const repeated_event e = learnt(event_of("Hi"), "content", "Hi");
  const auto other = GENERATE(as<std::string>{}, "", "{}", event_of("Hi") + " ", event_of(R"(\)"),
                              event_of(R"(","content":")"), event_of(R"(\x)"), event_of("\xC3"),
                              event_of("a\tb"), event_of(R"(\ud83d)"),
                              R"({"id":"2","choices":[{"delta":{"content":"Hi"}}]})",
                              R"({"id":"1","choices":[{"delta":{"content":null}}]})");
  CAPTURE(other);
  CHECK(e.text_in(other) == text{});
}

TEST_CASE("Nothing is learned where the member is in doubt", "[wire][stream]") {
  const auto [data, value] = GENERATE(table<const char*, const char*>({
      {R"({"content":"a","x":{"content":"a"}})", "a"},
      {R"({"content":"a"})", "b"},
      {R"({"c\u006fntent":"a","content":"a"})", "a"},
      {R"({"content":"a","c\u006fntent":"a"})", "a"},
      {R"({"x\"content":"a"})", "a"},
      {R"({"x":"content","y":"a"})", "a"},
      {R"({"content":null})", ""},
      {R"({"reasoning":"a"})", "a"},
  }));
  CAPTURE(data);
  CHECK(learnt(data, "content", value).text_in(data) == text{});
}

TEST_CASE("Blanks beside the colon and random padding are no doubt", "[wire][stream]") {
  CHECK(learnt(R"({"content" : "a"})", "content", "a").text_in(R"({"content" : "b"})") == text{"b"});
  const repeated_event padded =
      learnt(R"({"content":"a","obfuscation":"xyz"})", "content", "a");
  CHECK(padded.text_in(R"({"content":"long","obfuscation":""})") == text{"long"});
  CHECK(padded.text_in(R"({"content":"b","obfuscation":"z","error":1})") == text{});
  CHECK(padded.text_in("{\"content\":\"b\",\"obfuscation\":\"\xC3\"}") == text{});
  CHECK(padded.text_in(R"({"content":"b"})") == text{});
}

TEST_CASE("What was forgotten is not read", "[wire][stream]") {
  repeated_event e = learnt(event_of("Hi"), "content", "Hi");
  e.forget();
  CHECK(e.text_in(event_of("Hi")) == text{});
}

TEST_CASE("Whatever repeats in a stream of OpenAI's dialect, it is read as if nothing did",
          "[wire][openai][stream]") {
  const std::vector<std::string> openings = {
      R"({"id":"a","model":"m","choices":[{"index":0,"delta":{"content":")",
      R"({"id":"a","model":"m","choices":[{"index":1,"delta":{"content":")",
      R"({"id":"a","choices":[{"delta":{"reasoning_content":")",
      R"({"id":"a","choices":[{"delta":{"content":null,"reasoning_content":")",
      R"({"id":"a","choices":[{"delta":{"refusal":")",
      R"({"id":"a","choices":[{"message":{"role": "assistant", "content": ")",
      R"({"error":null,"choices":[{"delta":{"content":")",
  };
  const std::vector<std::string> endings = {
      R"("}}]})",
      R"("}}],"obfuscation":"aB3"})",
      R"("}}],"obfuscation":""})",
      R"("},"finish_reason":"stop"}]})",
      R"("},"finish_reason":null}],"usage":{"prompt_tokens":3,"completion_tokens":4}})",
      R"("},"finish_reason":null}],"usage":null})",
      R"("},"logprobs":{"content":[]}}]})",
      R"(","reasoning_details":[{"type":"reasoning.text","text":"t"}]}}]})",
      R"("}},{"index":1,"delta":{"content":"two"}}]})",
  };
  const std::string empty = R"({"object":"chat.completion.chunk","choices":[]})";
  read_random_streams<openai::chunk_reader>(
      empty, empty, [&](std::mt19937& random) {
        if (random() % 40 == 0)
          return std::string{openai::stream_end_data};
        const bool usual = random() % 3 != 0;
        return (usual ? openings.front() : pick(openings, random))
               + random_body(random) + (usual ? endings.front() : pick(endings, random));
      });
}

TEST_CASE("Whatever repeats in a stream of Anthropic's, it is read as if nothing did",
          "[wire][anthropic][stream]") {
  const std::vector<std::string> whole = {
      R"({"type":"message_start","message":{"id":"m","model":"c","usage":{"input_tokens":9}}})",
      R"({"type":"content_block_stop","index":0})",
      R"({"type":"content_block_stop","index":1})",
      R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":5}})",
      R"({"type":"message_stop"})",
  };
  const std::vector<std::string> starts = {
      R"({"type":"text","text":""}})",
      R"({"type":"thinking","thinking":"","signature":""}})",
      R"({"type":"tool_use","id":"t","name":"n","input":{}}})",
      R"({"type":"tool_use","id":"t","name":"n","input":{"given":"whole"}}})",
  };
  const std::vector<std::string> deltas = {
      R"({"type":"text_delta","text":")",
      R"({"type":"thinking_delta","thinking":")",
      R"({"type":"input_json_delta","partial_json":")",
      R"({"type":"input_json_delta","partial_json":")",
  };
  std::size_t open = 0;  // the kind of block that was begun last
  std::string at = "0,"; // and its index
  read_random_streams<anthropic::event_reader>(whole.front(), R"({"type":"ping"})", [&](std::mt19937& random) {
    if (random() % 12 == 0)
      return pick(whole, random);
    if (random() % 6 == 0) {
      open = random() % starts.size();
      at = std::to_string(random() % 2) + ',';
      return R"({"type":"content_block_start","index":)" + at + R"("content_block":)" + starts[open];
    }
    if (random() % 30 == 0)
      return R"({"type":"content_block_delta","index":)" + at
             + R"("delta":{"type":"signature_delta","signature":"s"}})";
    return R"({"type":"content_block_delta","index":)" + at + R"("delta":)" + deltas[open]
           + random_body(random) + R"("}})";
  });
}
