#include "actors/plan_job.hpp"
#include "tests/actors/fake_neighbours.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace std::chrono_literals;
using routing::standing;
using tests::fake_neighbours;
using tests::virtual_system;

namespace {

model_entry entry(const std::string& id) {
  model_entry m = tests::priced_model(id);
  m.context_max = token_count{id == "tiny" ? 10 : 100'000};
  m.output_max = token_count{id == "tiny" ? 5 : 1000};
  return m;
}

/// Plans over the models "a", "b" and "tiny", whose context is too small for any prompt here.
struct plan_world {
  virtual_system world;
  fake_neighbours around{world};

  completion_plan plan(duration deadline = 60s) {
    actors::plan_job_options o;
    o.models = std::make_shared<const catalog>(std::vector{entry("a"), entry("b"), entry("tiny")});
    auto chat = tests::turn_of_user(std::string(400, 'x'));
    const wall_time now = world.wall()(world.now());
    const auto selected = routing::select_candidates(
        *o.models, {"r", {{"tiny"}, {"a"}, {"b"}}}, *chat, {}, now);
    o.budget = around.budget;
    o.policy = {2s, false};
    o.wall = world.wall();
    o.plan = routing::make_plan("r", selected);
    o.candidates = selected.candidates;
    o.targets.assign(2, call_target{{"k"}, around.limiter, around.provider});
    const plan_job_actor job = world.system().spawn(actors::plan_job, std::move(o));
    completion_plan out;
    plan_completion ask;
    ask.request.chat = chat;
    ask.request.deadline = deadline;
    auto answer = world.self()->request(job, caf::infinite, std::move(ask));
    world.settle();
    answer.receive([&](completion_plan& m) { out = std::move(m); },
                   [](const caf::error& why) { FAIL(caf::to_string(why)); });
    return out;
  }
};

permit_reply wait_of(duration d) {
  return {permit_verdict::wait, {d, d, 0}, {}};
}

} // namespace

TEST_CASE("a plan names the model that would be called and why others would not") {
  plan_world w;
  const completion_plan p = w.plan();
  CHECK(p.status == completion_status::answered);
  CHECK(p.reason.empty());
  REQUIRE(p.plan.models.size() == 3);
  CHECK(p.plan.chosen == 0);
  CHECK(p.plan.models[0].model.value == "a");
  CHECK(p.plan.models[0].now == standing::ready);
  CHECK(p.plan.models[0].wait->estimate == duration{});
  CHECK(p.plan.models[2].model.value == "tiny");
  CHECK(p.plan.models[2].now == standing::context_too_long);
  CHECK_FALSE(p.plan.models[2].text.empty());
}

TEST_CASE("a plan sets nothing aside, takes no permit and calls nobody") {
  plan_world w;
  w.plan();
  CHECK(w.around.reserved.empty());
  CHECK(w.around.settled_permits.empty());
  CHECK(w.around.released_permits.empty());
  CHECK(w.around.calls.empty());
}

TEST_CASE("a plan falls back and waits as the call itself would") {
  plan_world w;
  int asked = 0;
  w.around.on_acquire = [&](const acquire_permit&) { return wait_of(++asked == 1 ? 30s : 1s); };
  const completion_plan second = w.plan();
  CHECK(second.plan.chosen == 1);
  CHECK(second.plan.models[0].now == standing::no_room);
  CHECK(second.plan.models[1].wait->estimate == 1s);

  w.around.on_acquire = [&](const acquire_permit&) { return wait_of(30s); };
  const completion_plan none = w.plan(5s);
  CHECK(none.status == completion_status::rate_limited);
  CHECK_FALSE(none.plan.chosen);
  CHECK(none.reason.find("has no room for 30.0 s") != std::string::npos);
}

TEST_CASE("a plan tells which budget is short") {
  plan_world w;
  w.around.on_reserve = [](const reserve_spend&) {
    spend_reply r;
    r.decision.account = "global day 2026-11-24";
    return r;
  };
  const completion_plan p = w.plan();
  CHECK(p.status == completion_status::over_budget);
  CHECK(p.plan.models[0].now == standing::over_budget);
  CHECK(p.reason.find("global day 2026-11-24") != std::string::npos);
}
