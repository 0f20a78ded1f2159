#include "tests/runtime/dialect_runtime.hpp"

using namespace spillway;
using namespace std::chrono_literals;
using spillway::testing::dialect_runtime;
using spillway::testing::text_of;

namespace {

constexpr const char* claude_first = R"(
[routes]
default = ["claude-haiku-4-5", "gpt-4o-mini"]
[routing]
output_default = 4000
)";

simulator::fault_rule once(simulator::fault_kind kind, std::optional<std::size_t> after = {}) {
  simulator::fault_rule rule;
  rule.kind = kind;
  rule.model = "claude-haiku-4-5";
  rule.last = 1;
  rule.after_events = after;
  return rule;
}

chat_request question() {
  chat_request chat;
  chat.messages.push_back({chat_role::system, "You know rivers.", {}, {}, {}});
  chat.messages.push_back({chat_role::user, "Which rivers flow into the Baltic?", {}, {}, {}});
  return chat;
}

struct anthropic_runtime : dialect_runtime {
  explicit anthropic_runtime(std::vector<simulator::fault_rule> faults = {})
      : dialect_runtime{claude_first, std::move(faults)} {}

  /// The reply to a streamed question, and into `text` what its sink was told.
  completion_reply hear(std::string& text) {
    std::vector<deliver_deltas> heard;
    completion_reply reply = dialect_runtime::hear(question(), heard);
    text += text_of(heard);
    return reply;
  }
};

} // namespace

TEST_CASE("Claude answers in its own dialect, paid by its own count") {
  anthropic_runtime w;
  const completion_reply r = w.ask(question());
  REQUIRE(r.status == completion_status::answered);
  CHECK(r.model.value == "claude-haiku-4-5");
  CHECK(r.reply->finish_native == "end_turn");
  const auto seen = w.world->provider().models.at("claude-haiku-4-5");
  CHECK(r.reply->usage.input == seen.input);
  CHECK(r.reply->usage.output == seen.output);
  CHECK_FALSE(r.reply->usage.estimated);
  CHECK(r.cost.total > nano_usd{0});
}

TEST_CASE("Calls of tools and thoughts go back to Claude as they came") {
  anthropic_runtime w;
  chat_request chat = question();
  chat.effort = reasoning_effort::low;
  chat.tools = {{"list_files", "lists files",
                 R"({"type":"object","properties":{"path":{"type":"string"}}})"}};
  const completion_reply first = w.ask(chat);
  REQUIRE(first.status == completion_status::answered);
  REQUIRE(first.model.value == "claude-haiku-4-5");
  REQUIRE(first.reply->finish == finish_reason::tool_calls);
  REQUIRE_FALSE(first.reply->message.reasoning.empty());
  chat.messages.push_back(first.reply->message);
  const std::string id = first.reply->message.tool_calls.at(0).id;
  chat.messages.push_back({chat_role::tool, "rhine.txt\noder.txt", {}, {}, id});
  // The simulated vendor refuses thoughts without their signatures and calls without results.
  const completion_reply next = w.ask(chat);
  CHECK(next.status == completion_status::answered);
  CHECK(next.model.value == "claude-haiku-4-5");
}

TEST_CASE("An overloaded Claude is asked again, and one without credit is left") {
  anthropic_runtime busy{{once(simulator::fault_kind::overloaded)}};
  const completion_reply again = busy.ask(question());
  REQUIRE(again.status == completion_status::answered);
  REQUIRE(again.attempts.size() == 2);
  CHECK(again.attempts[0].failure == failure_kind::overloaded);
  anthropic_runtime broke{{once(simulator::fault_kind::quota_exhausted)}};
  const completion_reply elsewhere = broke.ask(question());
  REQUIRE(elsewhere.status == completion_status::answered);
  CHECK(elsewhere.attempts.at(0).failure == failure_kind::quota_exhausted);
  CHECK(elsewhere.model.value == "gpt-4o-mini");
}

TEST_CASE("A stream of Claude's comes in pieces, and its whole is the reply") {
  anthropic_runtime w;
  std::string text;
  const completion_reply r = w.hear(text);
  REQUIRE(r.status == completion_status::answered);
  CHECK(r.model.value == "claude-haiku-4-5");
  CHECK(text == r.reply->message.text);
  CHECK(r.reply->usage.output == w.world->provider().models.at("claude-haiku-4-5").output);
}

TEST_CASE("A stream of Claude's that breaks is begun again only before its first word") {
  const auto kind =
      GENERATE(simulator::fault_kind::truncated_body, simulator::fault_kind::error_in_stream);
  std::string text;
  anthropic_runtime early{{once(kind, 2)}};
  const completion_reply unseen = early.hear(text);
  REQUIRE(unseen.status == completion_status::answered);
  CHECK(unseen.attempts.size() == 2);
  CHECK(text == unseen.reply->message.text);
  text.clear();
  anthropic_runtime late{{once(kind, 5)}};
  const completion_reply seen = late.hear(text);
  CHECK(seen.status == completion_status::upstream_failed);
  CHECK(seen.attempts.size() == 1);
  REQUIRE(seen.reply);
  CHECK(text == seen.reply->message.text);
}
