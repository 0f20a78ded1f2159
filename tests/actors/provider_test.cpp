#include "actors/provider.hpp"

#include "providers/registry.hpp"
#include "tests/support/virtual_http.hpp"
#include "transport/http_body.hpp"

#include <caf/event_based_actor.hpp>
#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <vector>

using namespace spillway;
using namespace std::chrono_literals;
using tests::virtual_http;
using tests::virtual_system;

namespace {

/// What a sink was told; it answers at once unless `slow`.
struct sink_log {
  std::vector<chat_delta> deltas;
  std::size_t deliveries = 0;
  bool slow = false;
  std::vector<caf::typed_response_promise<deltas_taken>> held;

  std::string text() const {
    std::string all;
    for (const chat_delta& d : deltas)
      all += d.text;
    return all;
  }
};

/// A sink that a test can make answer.
using held_sink = delta_sink_actor::extend<caf::reacts_to<deltas_taken>>;

held_sink::behavior_type sink(held_sink::pointer self, sink_log* log) {
  return {
      [self, log](const deliver_deltas& m) -> caf::result<deltas_taken> {
        ++log->deliveries;
        log->deltas.insert(log->deltas.end(), m.deltas->begin(), m.deltas->end());
        if (!log->slow)
          return deltas_taken{};
        log->held.push_back(self->make_response_promise<deltas_taken>());
        return log->held.back();
      },
      [log](deltas_taken) {
        for (auto& promise : std::exchange(log->held, {}))
          promise.deliver(deltas_taken{});
      },
  };
}

std::string chunk(const std::string& choices, const std::string& more = "") {
  return R"(data: {"id":"c1","model":"gpt-4o-mini-2024-07-18","choices":[)" + choices + "]" + more
         + "}\n\n";
}

std::string words(const std::string& text) {
  return chunk(R"({"index":0,"delta":{"content":")" + text + R"("}})");
}

const std::string stop = chunk(R"({"index":0,"delta":{},"finish_reason":"stop"})");
const std::string usage = chunk("", R"(,"usage":{"prompt_tokens":9,"completion_tokens":2})");
const std::string done = "data: [DONE]\n\n";

/// A provider before an upstream whose streamed reply the test writes.
struct streaming_world {
  virtual_system world;
  wire::http_request seen;
  transport::http_responder reply;
  std::shared_ptr<transport::http_body> body = std::make_shared<transport::http_body>();
  std::shared_ptr<virtual_http> http = std::make_shared<virtual_http>(
      world,
      [this](wire::http_request request, transport::http_responder respond) {
        seen = std::move(request);
        reply = std::move(respond);
      },
      1);
  sink_log log;
  held_sink caller = world.system().spawn(sink, &log);
  provider_actor provider = world.system().spawn(
      actors::provider,
      actors::provider_options{
          {"openai"}, *providers::make_codec("openai", "/v1", secret{}), http, {}, {}, world.wall()});
  std::optional<provider_reply> answer;
  caf::actor asker;

  ~streaming_world() {
    reply = {}; // it stands for a request of a world that goes first
    world.self()->send_exit(asker, caf::exit_reason::user_shutdown);
    world.self()->send_exit(caller, caf::exit_reason::user_shutdown);
    world.self()->send_exit(provider, caf::exit_reason::user_shutdown);
    world.settle();
  }

  void call(const std::string& traceparent = {}) {
    auto chat = std::make_shared<chat_request>();
    chat->messages.push_back({chat_role::user, "hello", {}, {}, {}});
    call_provider m{lease_id{7},   "gpt-4o-mini",   token_count{50}, std::move(chat), 60s,
                          request_id{1}, {"gpt-4o-mini"}, caller};
    m.traceparent = traceparent;
    asker = world.system().spawn([this, m](caf::event_based_actor* self) {
      self->request(provider, caf::infinite, m).then([this](const provider_reply& r) {
        answer = r;
      });
    });
    world.advance(100ms);
  }

  void begin(const std::string& type = "text/event-stream") {
    transport::http_streamed_reply head;
    head.headers.add("Content-Type", type);
    head.body = body;
    reply(std::move(head));
    world.advance(100ms);
  }

  void write(const std::string& bytes) {
    body->write(bytes);
    world.advance(100ms);
  }

  void finish() {
    body->finish();
    world.advance(100ms);
  }

  /// The slow sink has read what it got.
  void take_held() {
    world.self()->send(caller, deltas_taken{});
    world.advance(200ms);
  }

  const chat_reply& whole() const {
    REQUIRE(answer);
    REQUIRE(std::holds_alternative<std::shared_ptr<const chat_reply>>(answer->outcome));
    return *std::get<std::shared_ptr<const chat_reply>>(answer->outcome);
  }

  failure_kind failure() const {
    REQUIRE(answer);
    REQUIRE(std::holds_alternative<call_failure>(answer->outcome));
    return std::get<call_failure>(answer->outcome).kind;
  }
};

} // namespace

TEST_CASE("a streamed reply reaches its sink as it comes, and the job whole") {
  streaming_world w;
  w.call();
  CHECK(w.seen.body.find(R"("include_usage":true)") != std::string::npos);
  w.begin();
  w.write(words("Dams "));
  CHECK(w.log.text() == "Dams ");
  CHECK_FALSE(w.answer);
  w.write(words("hold.") + stop + usage + done);
  CHECK(w.log.text() == "Dams hold.");
  CHECK(w.whole().message.text == "Dams hold.");
  CHECK(w.whole().usage.input == token_count{9});
  CHECK(w.whole().model_reported == "gpt-4o-mini-2024-07-18");
  CHECK(w.answer->first_content_at > w.answer->first_byte_at);
}

TEST_CASE("the vendor's end mark ends a reply whose connection stays open") {
  streaming_world w;
  w.call();
  w.begin();
  w.write(words("yes") + stop + done);
  CHECK(w.whole().message.text == "yes");
  CHECK(w.whole().usage.estimated);
}

TEST_CASE("a connection is read on only when the sink has taken what came") {
  streaming_world w;
  w.log.slow = true;
  w.call();
  w.begin();
  const std::string much = words(std::string(100'000, 'a'));
  for (int i = 0; i < 8; ++i)
    w.write(much);
  CHECK(w.log.deliveries == 1);
  const std::size_t taken_before = w.log.text().size();
  CHECK(taken_before <= 400'000);
  while (!w.log.held.empty())
    w.take_held();
  CHECK(w.log.text().size() == 800'000);
  CHECK_FALSE(w.answer);
  w.log.slow = false;
  w.write(stop + done);
  CHECK(w.whole().message.text.size() == 800'000);
}

TEST_CASE("a reply is told to the job only when its sink has all of it") {
  streaming_world w;
  w.log.slow = true;
  w.call();
  w.begin();
  w.write(words("a") + stop + done);
  w.finish();
  CHECK_FALSE(w.answer);
  w.take_held();
  CHECK(w.whole().message.text == "a");
}

TEST_CASE("a stream that ends before its answer is a failure that keeps what came") {
  streaming_world w;
  w.call();
  w.begin();
  w.write(words("half of"));
  SECTION("the body ends") {
    w.finish();
    CHECK(w.failure() == failure_kind::interrupted);
  }
  SECTION("the connection breaks") {
    w.body->abort();
    w.world.advance(100ms);
    CHECK(w.failure() == failure_kind::interrupted);
  }
  SECTION("the vendor says so") {
    w.write("data: {\"error\":{\"message\":\"The server is overloaded\",\"code\":503}}\n\n");
    CHECK(w.failure() == failure_kind::overloaded);
  }
  REQUIRE(w.answer->partial);
  CHECK(w.answer->partial->message.text == "half of");
  CHECK(w.answer->first_content_at > mono_time{});
}

TEST_CASE("an error before the first word leaves the sink alone") {
  streaming_world w;
  w.call();
  SECTION("as a status") {
    wire::http_response refused;
    refused.status = 429;
    refused.body = R"({"error":{"message":"slow down","code":"rate_limit_exceeded"}})";
    w.reply(std::move(refused));
    w.world.advance(100ms);
    CHECK(w.failure() == failure_kind::rate_limited);
  }
  SECTION("inside a 200") {
    w.begin();
    w.write("data: {\"error\":{\"message\":\"no money\",\"code\":\"insufficient_quota\"}}\n\n");
    CHECK(w.failure() == failure_kind::quota_exhausted);
  }
  CHECK(w.log.deliveries == 0);
  CHECK(w.answer->first_content_at == mono_time{});
}

TEST_CASE("a server that does not stream is read all the same") {
  streaming_world w;
  w.call();
  w.begin("application/json; charset=utf-8");
  w.write(R"({"id":"c1","model":"m","choices":[{"message":{"role":"assistant","content":"whole"},)");
  w.write(R"("finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1}})");
  w.finish();
  CHECK(w.log.text() == "whole");
  CHECK(w.whole().usage.output == token_count{1});
}

TEST_CASE("a sink that dies cancels its call within the same instant") {
  streaming_world w;
  w.call();
  w.begin();
  w.write(words("one "));
  w.world.self()->send_exit(w.caller, caf::exit_reason::user_shutdown);
  w.world.settle();
  w.write(words("two"));
  CHECK(w.http->open_calls() == 0);
  CHECK(w.failure() == failure_kind::cancelled);
  CHECK(w.answer->partial->message.text == "one two");
}

TEST_CASE("an upstream is told the trace of a call, if there is one to tell") {
  const std::string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  streaming_world named;
  named.call(trace);
  CHECK(named.seen.headers.find("traceparent") == trace);
  streaming_world unnamed;
  unnamed.call();
  CHECK_FALSE(unnamed.seen.headers.contains("traceparent"));
}
