#include "actors/completion_job.hpp"
#include "actors/router.hpp"
#include "core/bounds.hpp"
#include "tests/actors/fake_neighbours.hpp"

#include <caf/event_based_actor.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <optional>

using namespace spillway;
using namespace std::chrono_literals;
using routing::standing;
using tests::fake_neighbours;
using tests::priced_model;
using tests::virtual_system;

namespace {

/// A router over the model "m" behind three keys of weights 2, 1 and 1, and "other" behind the
/// first of them.
struct keyed_world {
  virtual_system world;
  fake_neighbours around{world};
  std::map<std::string, int> calls; ///< by reservation's key
  router_self router;
  std::vector<completion_reply> replies;

  keyed_world() {
    around.on_reserve = [this](const reserve_spend& m) {
      for (const money::scope_value& s : m.scopes)
        if (s.scope == "key")
          ++calls[s.name];
      spend_reply r;
      r.decision.reserved = true;
      return r;
    };
    actors::router_options o = around.router_options(tests::rules_of_two_models());
    const auto target = [this](const char* key, std::int64_t weight) {
      return call_target{{key}, around.limiter, around.provider, 0, {key}, weight};
    };
    o.targets[{"m"}] = {target("p/a", 2), target("p/b", 1), target("p/c", 1)};
    o.targets[{"other"}] = {target("p/a", 1)};
    router = world.system().spawn(actors::router, std::move(o));
  }
  ~keyed_world() {
    world.self()->send_exit(router, caf::exit_reason::user_shutdown);
    world.settle();
  }

  completion_reply ask(const std::string& target = "m") {
    auto chat = tests::turn_of_user();
    run_completion m;
    m.target = target;
    m.chat = chat;
    return world.ask<completion_reply>(router, std::move(m));
  }
};

call_failure refused_key() {
  return {failure_kind::unauthorized, 401, "no such key", {}};
}

} // namespace

TEST_CASE("calls are spread over the keys of a provider by their weights") {
  keyed_world w;
  for (int i = 0; i < 40; ++i)
    CHECK(w.ask().status == completion_status::answered);
  CHECK(w.calls["p/a"] == 20);
  CHECK(w.calls["p/b"] == 10);
  CHECK(w.calls["p/c"] == 10);
}

TEST_CASE("a key that does not work costs one call, then the others share its calls") {
  keyed_world w;
  w.around.on_call = [&](const call_provider&) {
    provider_reply reply = tests::answer_of(10, 10, w.world.now());
    if (w.around.calls.size() == 1)
      reply.outcome = refused_key();
    return reply;
  };
  for (int i = 0; i < 21; ++i)
    CHECK(w.ask().status == completion_status::answered);
  CHECK(w.around.calls.size() == 22);
  CHECK(w.calls["p/a"] == 1);
  CHECK(std::abs(w.calls["p/b"] - w.calls["p/c"]) <= 1);
  CHECK(std::ranges::count(w.around.alerts.raised, "unauthorized", &raise_alert::rule) == 1);
  w.world.advance(2min);
  for (int i = 0; i < 8; ++i)
    w.ask();
  CHECK(w.calls["p/a"] >= 4);
}

TEST_CASE("when no key is left, a model is none of the candidates, and the reason says so") {
  keyed_world w;
  w.around.on_call = [&](const call_provider&) {
    provider_reply reply = tests::answer_of(10, 10, w.world.now());
    reply.outcome = refused_key();
    return reply;
  };
  CHECK(w.ask().status == completion_status::upstream_failed);
  CHECK(w.around.calls.size() == 3);
  const completion_reply next = w.ask("both");
  CHECK(w.around.calls.size() == 3);
  CHECK(next.status == completion_status::upstream_failed);
  CHECK(next.reason.find("its key p/a was refused") != std::string::npos);
  REQUIRE(next.plan);
  REQUIRE(next.plan->models.size() == 2);
  for (const routing::considered_model& row : next.plan->models)
    CHECK(row.now == standing::key_unusable);
}

TEST_CASE("a plan lists each key of a model") {
  keyed_world w;
  const completion_reply r = w.ask("both");
  REQUIRE(r.plan);
  REQUIRE(r.plan->models.size() == 4);
  CHECK(r.plan->models[0].key.value == "p/a");
  CHECK(r.plan->models[0].now == standing::answered);
  CHECK(r.plan->models[3].model.value == "other");
}

TEST_CASE("other routes and models hold for new requests, and running ones end as they began") {
  keyed_world w;
  w.around.holds_calls = true;
  run_completion m;
  auto chat = tests::turn_of_user();
  m.chat = chat;
  std::optional<completion_reply> first;
  const caf::actor asker = w.world.system().spawn([&, m](caf::event_based_actor* self) {
    self->request(w.router, caf::infinite, m).then([&](const completion_reply& r) { first = r; });
  });
  w.world.settle();
  REQUIRE(w.around.calls.size() == 1);

  replace_routing news;
  model_entry dearer = priced_model("other");
  dearer.pricing = {
      {{wall_time{}, {2'000'000'000, 2'000'000'000, 2'000'000'000, 4'000'000'000}, {}}}};
  news.rules.models = std::make_shared<const catalog>(std::vector{dearer});
  news.rules.routes = {{"only", {{"other"}}}};
  news.rules.default_route = "only";
  news.rules.deadline_default = 60s;
  w.world.self()->send(w.router, news);
  w.world.settle();
  w.around.answer_held(tests::answer_of(10, 10, w.world.now()));
  REQUIRE(first);
  CHECK(first->status == completion_status::answered);
  CHECK(first->model.value == "m"); // which is no model any more
  CHECK(first->cost.total == nano_usd{10 * 1000 + 10 * 2000});

  w.around.holds_calls = false;
  CHECK(w.ask("m").status == completion_status::unknown_target);
  CHECK(w.ask("both").status == completion_status::unknown_target);
  w.around.on_call = [&](const call_provider&) {
    return tests::answer_of(10, 10, w.world.now());
  };
  const completion_reply next = w.ask("");
  CHECK(next.model.value == "other");
  CHECK(next.cost.total == nano_usd{10 * 2000 + 10 * 4000});
}

TEST_CASE("a request for several answers has all of them set aside") {
  keyed_world w;
  const auto ask_for = [&](int answers) {
    auto chat = tests::turn_of_user();
    chat->choices = answers;
    chat->output_tokens_max = token_count{100};
    run_completion m;
    m.target = "m";
    m.chat = chat;
    return w.world.ask<completion_reply>(w.router, std::move(m));
  };
  std::vector<rate::charge> asked;
  w.around.on_acquire = [&](const acquire_permit& m) {
    asked.push_back(m.call.asked);
    return permit_reply{};
  };
  REQUIRE(ask_for(1).status == completion_status::answered);
  REQUIRE(ask_for(4).status == completion_status::answered);
  CHECK(w.around.reserved[1].amount == w.around.reserved[0].amount + nano_usd{3 * 100 * 2000});
  CHECK(asked[1].tokens.most == asked[0].tokens.most + 3 * 100);
  CHECK(asked[1].output.most == 4 * 100);
  for (const int none : {0, -1, bounds::choices_max + 1}) {
    const completion_reply refused = ask_for(none);
    CHECK(refused.status == completion_status::invalid_request);
    CHECK(refused.reason.find(std::to_string(none) + " answers") != std::string::npos);
  }
  CHECK(w.around.calls.size() == 2);
}

TEST_CASE("a model without chat completions is called, and its provider told") {
  keyed_world w;
  w.ask();
  CHECK_FALSE(w.around.calls.back().responses_only);
  replace_routing news;
  news.rules = tests::rules_of_two_models();
  std::vector<model_entry> models = news.rules.models->models();
  for (model_entry& m : models)
    m.can.endpoints = {endpoint::responses};
  news.rules.models = std::make_shared<const catalog>(std::move(models));
  w.world.self()->send(w.router, news);
  CHECK(w.ask().status == completion_status::answered);
  CHECK(w.around.calls.back().responses_only);
}

TEST_CASE("a call waits in the turn of its key, which nobody can make up, else of its team") {
  struct caller {
    const char* key;
    const char* team;
    const char* turn;
  };
  keyed_world w;
  std::vector<std::string> tenants;
  w.around.on_acquire = [&](const acquire_permit& m) {
    tenants.push_back(m.call.tenant);
    return permit_reply{};
  };
  for (const caller& c : {caller{"bot", "dams", "bot"}, caller{"bot", "weirs", "bot"},
                          caller{"", "dams", "dams"}, caller{"", "", "digest of a key"}}) {
    run_completion m;
    m.target = "m";
    m.chat = tests::turn_of_user();
    m.labels.team = c.team;
    m.labels.key = c.key;
    m.cache_owner = "digest of a key";
    w.world.ask<completion_reply>(w.router, std::move(m));
    CHECK(tenants.back() == c.turn);
  }
}

TEST_CASE("a router that stops takes over nothing any more") {
  keyed_world w;
  w.world.ask<drain_reply>(w.router, drain_requests{});
  replace_routing news;
  news.rules.models = std::make_shared<const catalog>();
  w.world.self()->send(w.router, news);
  CHECK(w.ask().status == completion_status::shutting_down);
}
