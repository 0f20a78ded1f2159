#include "tests/runtime/dialect_runtime.hpp"

using namespace spillway;
using spillway::testing::dialect_runtime;
using spillway::testing::text_of;

namespace {

constexpr const char* only_newer = R"(
[routes]
default = ["newest"]
[routing]
output_default = 2000
[models.newest]
provider = "openai"
context = 200_000
output_max = 100_000
endpoints = ["responses"]
limits = { requests_per_minute = 500 }
prices = [{ input = 2.0, output = 8.0 }]
)";

chat_request question() {
  chat_request chat;
  chat.messages.push_back({chat_role::user, "Which rivers flow into the Baltic?", {}, {}, {}});
  return chat;
}

} // namespace

TEST_CASE("A model that speaks OpenAI's newer API alone answers, paid by its own count") {
  dialect_runtime w{only_newer, {}};
  const completion_reply r = w.ask(question());
  INFO(r.reason);
  REQUIRE(r.status == completion_status::answered);
  CHECK(r.model.value == "newest");
  CHECK_FALSE(r.reply->message.text.empty());
  CHECK_FALSE(r.reply->usage.estimated);
  CHECK(r.cost.total > nano_usd{0});
  CHECK(w.world->provider().models["newest"].requests == 1);
  CHECK(w.rt->look().budget.open_reservations == 0);
}

TEST_CASE("A stream of OpenAI's newer API comes in pieces, and its whole is the reply") {
  dialect_runtime w{only_newer, {}};
  std::vector<deliver_deltas> heard;
  const completion_reply r = w.hear(question(), heard);
  REQUIRE(r.status == completion_status::answered);
  CHECK(heard.size() > 1);
  CHECK(text_of(heard) == r.reply->message.text);
}

TEST_CASE("A call of a tool in OpenAI's newer API and its result go there and back") {
  dialect_runtime w{only_newer, {}};
  chat_request chat = question();
  chat.tools.push_back({"list_files", "", R"({"type":"object","properties":{}})"});
  chat.choice = tool_choice{tool_choice_mode::required, {}};
  const completion_reply first = w.ask(chat);
  REQUIRE(first.status == completion_status::answered);
  REQUIRE(first.reply->message.tool_calls.size() == 1);
  CHECK(first.reply->message.tool_calls[0].name == "list_files");
  chat.messages.push_back(first.reply->message);
  chat.messages.push_back(
      {chat_role::tool, "README.md", {}, {}, first.reply->message.tool_calls[0].id});
  chat.choice.reset();
  const completion_reply second = w.ask(chat);
  INFO(second.reason);
  CHECK(second.status == completion_status::answered);
}
