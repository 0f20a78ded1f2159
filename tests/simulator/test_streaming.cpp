#include "simulator/provider.hpp"
#include "tests/simulator/virtual_time.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

using namespace spillway;
using namespace spillway::simulator;
using namespace spillway::simulator::testing;
using namespace std::chrono_literals;
using nlohmann::json;
using transport::http_body;

namespace {

wire::http_request asking(const std::string& rest = R"("stream_options":{"include_usage":true})") {
  wire::http_request request{
      "POST",
      "/v1/chat/completions",
      {},
      R"({"model":"m","stream":true,"messages":[{"role":"user","content":"Why dams?"}],)" + rest
          + "}"};
  request.headers.add("authorization", "Bearer anything");
  return request;
}

/// A provider of one model "m" that takes 1 s for an answer, 300 ms of them for its first chunk.
class bench {
public:
  explicit bench(std::optional<fault_kind> fault = {}) : provider_{options(fault)} {}

  /// Sends a request whose streamed reply is read as time runs.
  void send(wire::http_request request) {
    transport::http_responder reply{
        [this](transport::http_server_reply r) {
          if (auto* streamed = std::get_if<transport::http_streamed_reply>(&r))
            head = std::move(*streamed);
          else
            whole = std::move(r);
        },
        [this](std::function<void()> gone) { leave = std::move(gone); }};
    provider_.handler()(std::move(request), std::move(reply));
  }

  /// All that has come of the body so far.
  std::string read() {
    const http_body::part part = head->body->take();
    end = part.end;
    return text_ += part.bytes;
  }

  std::vector<json> chunks() {
    std::vector<json> list;
    const std::string text = read();
    for (std::size_t at = 0; (at = text.find("data: ", at)) != std::string::npos;) {
      at += 6;
      const std::string data = text.substr(at, text.find("\n\n", at) - at);
      list.push_back(data == "[DONE]" ? json(data) : json::parse(data));
    }
    return list;
  }

  model_statistics seen() const { return provider_.statistics().models.at("m"); }

  virtual_time time;
  std::optional<transport::http_streamed_reply> head;
  std::optional<transport::http_server_reply> whole;
  http_body::state end = http_body::state::open;
  std::function<void()> leave;

private:
  provider_options options(std::optional<fault_kind> fault) {
    provider_options o;
    o.models["m"].latency = {1s, 0, 0ms, 2s};
    o.models["m"].quota.concurrent_requests = 1;
    if (fault) {
      fault_rule rule;
      rule.kind = *fault;
      o.faults = {rule};
    }
    o.clock = [this] { return time.now(); };
    o.schedule = time.schedule();
    return o;
  }

  provider provider_;
  std::string text_;
};

} // namespace

TEST_CASE("a stream begins after its share of the latency and is paced over the rest") {
  bench b;
  b.send(asking());
  b.time.run_for(299ms);
  CHECK_FALSE(b.head);
  b.time.run_for(1ms);
  REQUIRE(b.head);
  CHECK(b.head->status == 200);
  CHECK(b.head->headers.find("content-type") == "text/event-stream; charset=utf-8");
  CHECK(b.head->headers.find("openai-processing-ms") == "300");
  CHECK_FALSE(b.head->headers.find("x-request-id").empty());
  CHECK(b.chunks().size() == 1);
  b.time.run_for(350ms);
  const std::size_t half = b.chunks().size();
  b.time.run_for(350ms);
  const std::size_t all = b.chunks().size();
  CHECK(b.end == http_body::state::finished);
  CHECK(half > all / 3);
  CHECK(half < all * 2 / 3);
  CHECK(b.seen().answered == 1);
  CHECK(b.seen().streamed == 1);
}

TEST_CASE("a stream has the vendor's shape") {
  bench b;
  b.send(asking());
  b.time.run_for(1s);
  const std::vector<json> chunks = b.chunks();
  CHECK(chunks.front()["choices"][0]["delta"]["role"] == "assistant");
  CHECK(chunks.back() == "[DONE]");
  const json& usage = chunks[chunks.size() - 2];
  CHECK(usage["choices"].empty());
  CHECK(usage["usage"]["completion_tokens"] > 0);
  CHECK(chunks[chunks.size() - 3]["choices"][0]["finish_reason"] == "stop");
  std::string text;
  for (std::size_t i = 0; i + 2 < chunks.size(); ++i) {
    CHECK(chunks[i]["object"] == "chat.completion.chunk");
    CHECK(chunks[i]["id"] == chunks[0]["id"]);
    CHECK(chunks[i]["usage"].is_null());
    text += chunks[i]["choices"][0]["delta"].value("content", "");
  }
  CHECK(text.size() > 100);
}

TEST_CASE("usage is told only to those who ask") {
  bench b;
  b.send(asking(R"("n":1)"));
  b.time.run_for(1s);
  for (const json& chunk : b.chunks())
    CHECK_FALSE((chunk.is_object() && chunk.contains("usage")));
}

TEST_CASE("a tool call is streamed by fragments") {
  bench b;
  b.send(asking(R"("tools":[{"type":"function","function":{"name":"list_files"}}])"));
  b.time.run_for(1s);
  std::string arguments;
  std::size_t named = 0;
  for (const json& chunk : b.chunks()) {
    if (!chunk.is_object() || !chunk["choices"][0]["delta"].contains("tool_calls"))
      continue;
    const json call = chunk["choices"][0]["delta"]["tool_calls"][0];
    CHECK(call["index"] == 0);
    named += call.contains("id") ? 1 : 0;
    arguments += call["function"]["arguments"].get<std::string>();
  }
  CHECK(named == 1);
  CHECK(json::accept(arguments));
}

TEST_CASE("a stream may be cut, end in an error, or fall silent half-way") {
  const auto [kind, end] = GENERATE(table<fault_kind, http_body::state>({
      {fault_kind::truncated_body, http_body::state::aborted},
      {fault_kind::error_in_stream, http_body::state::finished},
      {fault_kind::stalled_stream, http_body::state::open},
  }));
  bench b{kind};
  b.send(asking());
  std::vector<json> chunks;
  for (int i = 0; i < 100; ++i) { // a cut drops what has not been read
    b.time.run_for(100ms);
    if (b.head)
      chunks = b.chunks();
  }
  CHECK(b.end == end);
  CHECK(chunks.size() > 5);
  for (const json& chunk : chunks)
    CHECK(chunk != "[DONE]");
  CHECK(chunks.back().contains("error") == (kind == fault_kind::error_in_stream));
  CHECK(b.seen().faults.at(kind) == 1);
  CHECK(b.seen().answered == 0);
  if (kind == fault_kind::stalled_stream) {
    b.leave();
    b.read();
    CHECK(b.end == http_body::state::aborted);
  }
}

TEST_CASE("a reader who leaves ends its stream and frees its place") {
  bench b;
  b.send(asking());
  b.time.run_for(500ms);
  REQUIRE(b.head);
  b.head->body->close();
  b.time.run_for(500ms);
  CHECK(b.seen().abandoned == 1);
  CHECK(b.seen().answered == 0);
  b.head.reset();
  b.send(asking());
  b.time.run_for(300ms);
  CHECK(b.head);
}

TEST_CASE("refusals and faults before the answer are no streams") {
  bench b{fault_kind::overloaded};
  b.send(asking());
  b.time.run_for(1s);
  CHECK_FALSE(b.head);
  REQUIRE(b.whole);
  CHECK(std::get<wire::http_response>(*b.whole).status == 503);
}
