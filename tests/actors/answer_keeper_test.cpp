#include "actors/answer_keeper.hpp"
#include "actors/completion_job.hpp"
#include "actors/router.hpp"
#include "core/report/generation.hpp"
#include "tests/actors/fake_neighbours.hpp"

#include <caf/event_based_actor.hpp>
#include <catch2/catch.hpp>

#include <optional>

using namespace spillway;
using namespace std::chrono_literals;
using answers::cache_outcome;
using answers::cache_use;
using tests::fake_neighbours;
using tests::virtual_system;

namespace {

run_completion question(const std::string& text = "hello") {
  auto chat = tests::turn_of_user(text);
  run_completion m;
  m.chat = std::move(chat);
  m.cache = cache_use::on;
  return m;
}

/// A router with a keeper, before neighbours that record what reaches them.
struct keeper_world {
  virtual_system world;
  fake_neighbours around{world};
  answer_keeper_actor keeper;
  router_self router;

  explicit keeper_world(bool by_default = false, bool shared = false) {
    keeper = world.system().spawn(
        actors::answer_keeper,
        actors::answer_keeper_options{{1024 * 1024, 10min}, shared, around.batcher, world.wall()});
    actors::router_options o = around.router_options(tests::rules_of_two_models());
    for (const char* id : {"m", "other"})
      o.targets[{id}] = {{{"p/a"}, around.limiter, around.provider, 0, {"p/a"}, 1}};
    o.answers = keeper;
    o.answers_by_default = by_default;
    router = world.system().spawn(actors::router, std::move(o));
  }
  ~keeper_world() {
    world.self()->send_exit(router, caf::exit_reason::user_shutdown);
    world.self()->send_exit(keeper, caf::exit_reason::user_shutdown);
    world.settle();
  }

  completion_reply ask(run_completion m) {
    return world.ask<completion_reply>(router, std::move(m));
  }
  answers_status status() { return world.ask<answers_status>(keeper, get_answers_status{}); }
};

} // namespace

TEST_CASE("who asks the same again is answered for nothing, and no call is made") {
  keeper_world w;
  const completion_reply first = w.ask(question());
  REQUIRE(first.status == completion_status::answered);
  CHECK(first.cache == cache_outcome::miss);
  CHECK(first.cost.total > nano_usd{0});
  const completion_reply again = w.ask(question());
  REQUIRE(again.status == completion_status::answered);
  CHECK(again.cache == cache_outcome::hit);
  CHECK(again.reply->message.text == first.reply->message.text);
  CHECK(again.reply->usage == first.reply->usage);
  CHECK(again.model.value == "m");
  CHECK(again.cost.total == nano_usd{0});
  CHECK(again.attempts.empty());
  CHECK(again.id != first.id);
  CHECK(w.around.calls.size() == 1);
  CHECK(w.around.reserved.size() == 1);
  CHECK(w.around.settled_permits.size() == 1);
  const answers_status s = w.status();
  CHECK(s.hits == 1);
  CHECK(s.misses == 1);
  CHECK(s.entries == 1);
  CHECK(s.bytes > 0);
}

TEST_CASE("a kept answer is traced as one that cost nothing") {
  keeper_world w;
  w.ask(question());
  run_completion m = question();
  m.labels.trace_id = "0af7651916cd43dd8448eb211c80319c";
  m.labels.parent_span_id = "b7ad6b7169203331";
  m.labels.team = "search"; // another's answer: made anew
  w.ask(m);
  REQUIRE(w.around.traces.size() == 2);
  w.ask(m);
  REQUIRE(w.around.traces.size() == 3);
  const report::generation& g = *w.around.traces[2];
  CHECK(g.trace_id == m.labels.trace_id);
  CHECK(g.parent_span_id == m.labels.parent_span_id);
  CHECK(g.span_id != w.around.traces[1]->span_id);
  CHECK(g.cost.total == nano_usd{0});
  CHECK(g.usage.total() == token_count{0});
  CHECK(g.metadata.front() == std::pair<std::string, std::string>{"cache", "hit"});
}

TEST_CASE("a request is answered anew unless it, or the configuration, says otherwise") {
  const auto answered_twice = [](keeper_world& w, cache_use use) {
    run_completion m = question();
    m.cache = use;
    w.ask(m);
    return w.ask(m).cache;
  };
  keeper_world off;
  CHECK(answered_twice(off, cache_use::standard) == cache_outcome::unasked);
  CHECK(answered_twice(off, cache_use::off) == cache_outcome::unasked);
  CHECK(answered_twice(off, cache_use::on) == cache_outcome::hit);
  keeper_world on{true};
  CHECK(answered_twice(on, cache_use::off) == cache_outcome::unasked);
  CHECK(answered_twice(on, cache_use::standard) == cache_outcome::hit);
}

TEST_CASE("an answer goes to nobody but those it was given to, unless it is shared") {
  for (const bool shared : {false, true}) {
    INFO(shared);
    keeper_world w{false, shared};
    w.ask(question());
    run_completion of_team = question();
    of_team.labels.team = "search";
    run_completion of_key = question();
    of_key.labels.key = "bot";
    run_completion of_another = question();
    of_another.cache_owner = "digest of a key";
    for (const run_completion& m : {of_team, of_key, of_another}) {
      CHECK(w.ask(m).cache == (shared ? cache_outcome::hit : cache_outcome::miss));
      CHECK(w.ask(m).cache == cache_outcome::hit);
    }
  }
}

TEST_CASE("failures and cut answers are asked for again") {
  keeper_world w;
  w.around.on_call = [&](const call_provider&) {
    return tests::failure_of(failure_kind::invalid_request, w.world.now());
  };
  CHECK(w.ask(question()).status != completion_status::answered);
  w.around.on_call = [&](const call_provider&) {
    provider_reply r = tests::answer_of(10, 10, w.world.now());
    auto cut = std::make_shared<chat_reply>(
        *std::get<std::shared_ptr<const chat_reply>>(r.outcome));
    cut->finish = finish_reason::length;
    r.outcome = std::shared_ptr<const chat_reply>{std::move(cut)};
    return r;
  };
  CHECK(w.ask(question()).cache == cache_outcome::miss);
  w.around.on_call = [&](const call_provider&) {
    return tests::answer_of(10, 10, w.world.now());
  };
  CHECK(w.ask(question()).cache == cache_outcome::miss);
  CHECK(w.ask(question()).cache == cache_outcome::hit);
}

TEST_CASE("an answer is forgotten after its time, and when its route gets other models") {
  keeper_world w;
  w.ask(question());
  w.world.advance(10min);
  CHECK(w.ask(question()).cache == cache_outcome::miss);
  replace_routing news{tests::rules_of_two_models()};
  news.rules.routes = {{"both", {{"other"}}}};
  news.rules.deadline_default = 10min;
  w.world.self()->send(w.router, news);
  const completion_reply anew = w.ask(question());
  CHECK(anew.cache == cache_outcome::miss);
  CHECK(anew.model.value == "other");
}

TEST_CASE("a kept answer is streamed to who reads a stream") {
  keeper_world w;
  w.ask(question());
  std::vector<deliver_deltas> read;
  const delta_sink_actor sink = w.world.system().spawn(
      [&read](delta_sink_actor::pointer) -> delta_sink_actor::behavior_type {
        return {[&read](const deliver_deltas& m) {
          read.push_back(m);
          return deltas_taken{};
        }};
      });
  run_completion m = question();
  m.sink = sink;
  CHECK(w.ask(m).cache == cache_outcome::hit);
  REQUIRE(read.size() == 1);
  CHECK(read[0].kept);
  CHECK(read[0].model.value == "m");
  REQUIRE(read[0].deltas->size() == 1);
  CHECK(read[0].deltas->front().text == "done");
  w.world.self()->send_exit(sink, caf::exit_reason::user_shutdown);
  w.world.settle();
  CHECK(w.ask(m).status == completion_status::cancelled); // nobody reads it any more
}

TEST_CASE("without its keeper a router answers anew") {
  keeper_world w;
  w.ask(question());
  w.world.self()->send_exit(w.keeper, caf::exit_reason::unhandled_exception);
  w.world.settle();
  const completion_reply r = w.ask(question());
  CHECK(r.status == completion_status::answered);
  CHECK(r.cache == cache_outcome::unasked);
}
