// What a caller sees of an answer that its provider does not bring to an end.

#include "tests/gateway/gateway_world.hpp"

#include <nlohmann/json.hpp>

using namespace spillway;
using nlohmann::json;
using simulator::fault_kind;
using tests::gateway_world;
using tests::gateway_world_options;

namespace {

struct spoken_api {
  const char* path;
  const char* question;
  const char* error; ///< of a stream that was begun
  const char* end;   ///< of one that is whole
};

const spoken_api apis[] = {
    {"/v1/chat/completions",
     R"({"model":"gpt-4o-mini","stream":true,"messages":[{"role":"user","content":"Tell me."}]})",
     "\ndata: {\"error\":", "data: [DONE]"},
    {"/v1/responses", R"({"model":"gpt-4o-mini","stream":true,"input":"Tell me."})",
     "event: response.failed\n", "event: response.completed"},
    {"/v1/messages",
     R"({"model":"gpt-4o-mini","stream":true,"max_tokens":90,
         "messages":[{"role":"user","content":"Tell me."}]})",
     "event: error\n", "event: message_stop"}};

gateway_world_options failing(fault_kind kind, std::size_t after_events = 6) {
  simulator::fault_rule always;
  always.kind = kind;
  always.after_events = after_events;
  gateway_world_options o;
  o.config = "[[budget.rules]]\nperiod = \"day\"\nlimit_usd = 1\n";
  o.provider.faults = {always};
  return o;
}

} // namespace

TEST_CASE("a stream that its provider breaks off ends with an error in the words of its API") {
  for (const fault_kind kind : {fault_kind::truncated_body, fault_kind::error_in_stream})
    for (const spoken_api& spoken : apis) {
      INFO(to_string(kind) << " at " << spoken.path);
      gateway_world w{failing(kind)};
      const auto r = w.call({"POST", spoken.path, {}, spoken.question});
      INFO(r.body);
      CHECK(r.status == 200);
      CHECK(r.body.find(spoken.error) != std::string::npos);
      CHECK(r.body.find(spoken.end) == std::string::npos);
      CHECK(w.rt->look().router.usage.by_model.at({"gpt-4o-mini"}).calls == 1);
      CHECK(w.rt->look().budget.accounts.at(0).spent > nano_usd{0});
      CHECK(w.rt->look().budget.open_reservations == 0);
      CHECK(w.rt->look().router.in_flight == 0);
    }
}

TEST_CASE("an error that its provider calls a success is none to the caller, streamed or not") {
  for (const spoken_api& spoken : apis)
    for (const bool streamed : {true, false}) {
      INFO(spoken.path << (streamed ? ", streamed" : ""));
      gateway_world w{failing(fault_kind::error_in_ok, 0)};
      json question = json::parse(spoken.question);
      question["stream"] = streamed;
      const auto r = w.call({"POST", spoken.path, {}, question.dump()});
      INFO(r.body);
      CHECK(r.status == 502);
      CHECK(json::parse(r.body).at("error").at("message").get<std::string>().size() > 10);
    }
}

TEST_CASE("a stream that is whole gives back all that was set aside for it and not spent") {
  gateway_world_options o;
  o.config = "[[budget.rules]]\nperiod = \"day\"\nlimit_usd = 1\n";
  gateway_world w{std::move(o)};
  nano_usd spent;
  for (const spoken_api& spoken : apis) {
    INFO(spoken.path);
    const auto r = w.call({"POST", spoken.path, {}, spoken.question});
    CHECK(r.body.find(spoken.end) != std::string::npos);
    const auto account = w.rt->look().budget.accounts.at(0);
    CHECK(account.reserved == nano_usd{0});
    CHECK(account.spent > spent);
    spent = account.spent;
  }
  CHECK(w.rt->look().router.usage.cost == spent);
  CHECK(w.rt->look().budget.open_reservations == 0);
}
