#include "wire/plan_json.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

routing::plan two_models() {
  routing::plan p;
  p.target = "default";
  p.chosen = 1;
  p.models.resize(2);
  p.models[0].model = {"a"};
  p.models[0].provider = {"openai"};
  p.models[0].now = routing::standing::no_room;
  p.models[0].text = "a: 60 requests a minute are used";
  p.models[0].wait = rate::wait_forecast{1500us, 2ms, 3};
  p.models[1].model = {"b"};
  p.models[1].now = routing::standing::answered;
  p.models[1].worst_cost = nano_usd{1'500'000};
  p.models[1].quality = routing::quality_estimate{0.75, 40};
  return p;
}

} // namespace

TEST_CASE("an explanation tells of each candidate why it was taken or not") {
  wire::explained_request r;
  r.id = "chatcmpl-7";
  r.cost = nano_usd{42'000};
  r.waited = 20ms;
  r.usage.input = token_count{12};
  r.usage.output = token_count{34};
  r.calls.push_back({{"a"}, failure_kind::overloaded, {}, {}, 1500us});
  r.calls.push_back({{"b"}, {}, r.usage, r.cost, 80ms, 5ms});
  r.plan = std::make_shared<const routing::plan>(two_models());
  const json told = json::parse(wire::encode_explanation(r));
  CHECK(told.at("id") == "chatcmpl-7");
  CHECK(told.at("status") == "answered");
  CHECK(told.at("reason").is_null());
  CHECK(told.at("cost_usd") == "0.000042");
  CHECK(told.at("waited_ms") == 20);
  CHECK(told.at("input_tokens") == 12);
  CHECK(told.at("output_tokens") == 34);
  CHECK(told.at("calls") == 2);
  CHECK(told.at("made").at(0).at("outcome") == "overloaded");
  CHECK(told.at("made").at(0).at("took_ms") == 2);
  CHECK(told.at("made").at(0).at("first_words_ms").is_null());
  CHECK(told.at("made").at(1).at("outcome") == "answered");
  CHECK(told.at("made").at(1).at("model") == "b");
  CHECK(told.at("made").at(1).at("cost_usd") == "0.000042");
  CHECK(told.at("made").at(1).at("first_words_ms") == 5);
  CHECK(told.at("chosen") == "b");
  const json& a = told.at("candidates").at(0);
  CHECK(a.at("standing") == "no_room");
  CHECK(a.at("why") == "a: 60 requests a minute are used");
  CHECK(a.at("wait_ms") == 2);
  CHECK(a.at("worst_cost_usd").is_null());
  CHECK(a.at("quality").is_null());
  const json& b = told.at("candidates").at(1);
  CHECK(b.at("worst_cost_usd") == "0.0015");
  CHECK(b.at("quality") == 0.75);
  CHECK(b.at("why").is_null());
}

TEST_CASE("a plan that chose none, and a request without a plan, name no model") {
  routing::plan p = two_models();
  p.chosen.reset();
  const json plan =
      json::parse(wire::encode_plan(completion_status::over_budget, "no money left", p, {}));
  CHECK(plan.at("status") == "over_budget");
  CHECK(plan.at("reason") == "no money left");
  CHECK(plan.at("chosen").is_null());
  CHECK(plan.at("candidates").size() == 2);
  CHECK(json::parse(wire::encode_explanation({})).at("candidates").empty());
}

TEST_CASE("a reason that is not UTF-8 does not break the JSON") {
  CHECK(json::accept(wire::encode_plan(completion_status::upstream_failed, "\xff", {}, {})));
}

TEST_CASE("what becomes of a long prompt is told beside the models") {
  const json told = json::parse(wire::encode_plan(
      completion_status::answered, {}, {}, {context::outcome::truncated, "left out: 3 turns"}));
  CHECK(told["long_prompt"]["outcome"] == "truncated");
  CHECK(told["long_prompt"]["note"] == "left out: 3 turns");
}

TEST_CASE("a plan says that it would answer, not that it has, and why others would not") {
  routing::plan p = two_models();
  p.chosen = 0;
  for (routing::considered_model& m : p.models) {
    m.now = routing::standing::ready;
    m.text.clear();
  }
  const json told = json::parse(wire::encode_plan(completion_status::answered, {}, p, {}));
  CHECK(told.at("status") == "would_answer");
  CHECK(told.at("candidates").at(0).at("why") == "it would be called");
  CHECK(told.at("candidates").at(1).at("why") == "not needed: a comes first");
  p.chosen.reset();
  const json cut = json::parse(wire::encode_plan(completion_status::cancelled, "left", p, {}));
  CHECK(cut.at("candidates").at(0).at("why") == "the request ended before it was needed");
}
