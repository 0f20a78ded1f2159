#include "tests/runtime/dialect_runtime.hpp"

#include <algorithm>

using namespace spillway;
using namespace std::chrono_literals;
using spillway::testing::dialect_runtime;
using spillway::testing::text_of;

namespace {

constexpr const char* gemini_first = R"(
[routes]
default = ["gemini-2.5-flash-lite", "gpt-4o-mini"]
[routing]
output_default = 2000
[models.gemini-3-flash]
provider = "gemini"
context = 1_048_576
output_max = 65_536
limits = { requests_per_minute = 100 }
prices = [{ input = 0.5, output = 3.0 }]
)";

simulator::fault_rule once(simulator::fault_kind kind, std::optional<duration> retry_after = {}) {
  simulator::fault_rule rule;
  rule.kind = kind;
  rule.model = "gemini-2.5-flash-lite";
  rule.last = 1;
  rule.retry_after = retry_after;
  return rule;
}

chat_request question() {
  chat_request chat;
  chat.messages.push_back({chat_role::user, "Which rivers flow into the Baltic?", {}, {}, {}});
  return chat;
}

simulator::fault_rule breaking(simulator::fault_kind kind, std::size_t after_events) {
  simulator::fault_rule rule = once(kind);
  rule.after_events = after_events;
  return rule;
}

struct gemini_runtime : dialect_runtime {
  explicit gemini_runtime(std::vector<simulator::fault_rule> faults = {})
      : dialect_runtime{gemini_first, std::move(faults)} {}

  completion_reply hear(std::vector<deliver_deltas>& heard) {
    return dialect_runtime::hear(question(), heard);
  }
};

} // namespace

TEST_CASE("Gemini answers in its own dialect, paid by its own count") {
  gemini_runtime w;
  const completion_reply r = w.ask(question());
  REQUIRE(r.status == completion_status::answered);
  CHECK(r.model.value == "gemini-2.5-flash-lite");
  CHECK(r.reply->finish_native == "STOP");
  CHECK_FALSE(r.reply->message.text.empty());
  CHECK(r.cost.total > nano_usd{0});
  const auto seen = w.world->provider().models.at("gemini-2.5-flash-lite");
  CHECK(r.reply->usage.input == seen.input);
  CHECK(r.reply->usage.output == seen.output);
  CHECK_FALSE(r.reply->usage.estimated);
}

TEST_CASE("A tool's call goes back to Gemini with the signature it came with") {
  gemini_runtime w;
  chat_request chat = question();
  chat.tools = {{"list_files", "lists files",
                 R"({"type":"object","properties":{"path":{"type":"string"}}})"}};
  const completion_reply first = w.ask(chat, "gemini-3-flash");
  REQUIRE(first.status == completion_status::answered);
  REQUIRE(first.reply->finish == finish_reason::tool_calls);
  const tool_call call = first.reply->message.tool_calls.at(0);
  CHECK_FALSE(call.signature.empty());
  chat.messages.push_back(first.reply->message);
  chat.messages.push_back({chat_role::tool, "rhine.txt\noder.txt", {}, {}, call.id});
  // The simulated vendor refuses a history without its signatures.
  CHECK(w.ask(chat, "gemini-3-flash").status == completion_status::answered);
  chat.messages[1].tool_calls[0].signature = "Zm9yZWlnbg==";
  CHECK(w.ask(chat, "gemini-3-flash").status == completion_status::invalid_request);
  // What another vendor's model called before has none, and is let through.
  chat.messages[1].tool_calls[0].signature.clear();
  CHECK(w.ask(chat, "gemini-3-flash").status == completion_status::answered);
}

TEST_CASE("A quota per minute of Gemini's is waited for elsewhere") {
  gemini_runtime w{{once(simulator::fault_kind::rate_limited, 30s)}};
  const completion_reply r = w.ask(question());
  REQUIRE(r.status == completion_status::answered);
  CHECK(r.model.value == "gpt-4o-mini");
  REQUIRE(r.attempts.size() == 2);
  CHECK(r.attempts[0].failure == failure_kind::rate_limited);
  // The limiter keeps the pause that the refusal asked for.
  const completion_reply next = w.ask(question());
  CHECK(next.model.value == "gpt-4o-mini");
  CHECK(next.attempts.size() == 1);
}

TEST_CASE("A quota per day of Gemini's is given up at once, and told") {
  gemini_runtime w{{once(simulator::fault_kind::daily_quota)}};
  const completion_reply r = w.ask(question());
  REQUIRE(r.status == completion_status::answered);
  CHECK(r.model.value == "gpt-4o-mini");
  REQUIRE(r.attempts.size() == 2);
  CHECK(r.attempts[0].failure == failure_kind::quota_exhausted);
  w.rt->stop(5s);
  CHECK(std::ranges::any_of(w.told, [](const alerts::notice& n) {
    return line_of(n).find("GenerateRequestsPerDayPerProjectPerModel") != std::string::npos;
  }));
}

TEST_CASE("A bad key of Gemini's does not burn the chain") {
  gemini_runtime w{{once(simulator::fault_kind::unauthorized)}};
  const completion_reply r = w.ask(question());
  REQUIRE(r.status == completion_status::answered);
  CHECK(r.attempts.at(0).failure == failure_kind::unauthorized);
  CHECK(r.attempts.size() == 2);
}

TEST_CASE("A stream of Gemini's comes in pieces, and its whole is the reply") {
  gemini_runtime w;
  std::vector<deliver_deltas> heard;
  const completion_reply r = w.hear(heard);
  REQUIRE(r.status == completion_status::answered);
  CHECK(r.model.value == "gemini-2.5-flash-lite");
  CHECK(heard.size() > 1);
  CHECK(text_of(heard) == r.reply->message.text);
  CHECK_FALSE(r.reply->usage.estimated);
  CHECK(r.reply->usage.output
        == w.world->provider().models.at("gemini-2.5-flash-lite").output);
}

TEST_CASE("A stream of Gemini's that breaks before its first word is begun again unseen") {
  const auto kind = GENERATE(simulator::fault_kind::truncated_body,
                             simulator::fault_kind::error_in_stream);
  gemini_runtime w{{breaking(kind, 0)}};
  std::vector<deliver_deltas> heard;
  const completion_reply r = w.hear(heard);
  REQUIRE(r.status == completion_status::answered);
  CHECK(r.attempts.size() == 2);
  CHECK(text_of(heard) == r.reply->message.text);
}

TEST_CASE("A stream of Gemini's that breaks after its first word is not begun again") {
  const auto kind = GENERATE(simulator::fault_kind::truncated_body,
                             simulator::fault_kind::error_in_stream);
  gemini_runtime w{{breaking(kind, 2)}};
  std::vector<deliver_deltas> heard;
  const completion_reply r = w.hear(heard);
  CHECK(r.status == completion_status::upstream_failed);
  CHECK(r.attempts.size() == 1);
  REQUIRE(r.reply);
  CHECK_FALSE(r.reply->message.text.empty());
  CHECK(text_of(heard) == r.reply->message.text);
}
