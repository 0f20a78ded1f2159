#include "actors/answer_keeper.hpp"
#include "actors/completion_job.hpp"
#include "actors/router.hpp"
#include "core/report/generation.hpp"
#include "tests/actors/fake_neighbours.hpp"

#include <caf/event_based_actor.hpp>
#include <catch2/catch.hpp>

#include <map>

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
        actors::answer_keeper_options{{1024 * 1024, 10min, shared}, around.batcher, world.wall()});
    actors::router_options o = around.router_options(tests::rules_of_two_models());
    for (const char* id : {"m", "other"})
      o.targets[{id}] = {{{"p/a"}, around.limiter, around.provider, 0, {"p/a"}, 1}};
    o.answers = keeper;
    o.rules.keeps_answers = true;
    o.rules.keeps_by_default = by_default;
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
  news.rules.keeps_answers = true;
  news.rules.routes = {{"both", {{"other"}}}};
  news.rules.deadline_default = 10min;
  w.world.self()->send(w.router, news);
  const completion_reply anew = w.ask(question());
  CHECK(anew.cache == cache_outcome::miss);
  CHECK(anew.model.value == "other");
}

TEST_CASE("how answers are kept may change while they are") {
  keeper_world w{true};
  run_completion of_team = question();
  of_team.labels.team = "search";
  w.ask(of_team);
  w.world.self()->send(w.keeper, replace_keeping{{1024 * 1024, 10min, true}});
  CHECK(w.ask(question()).cache == cache_outcome::miss); // given to one team, before
  CHECK(w.ask(of_team).cache == cache_outcome::hit);     // the shared one
  w.world.self()->send(w.keeper, replace_keeping{{1024, 10min, true}});
  CHECK(w.status().entries == 0);
  CHECK(w.ask(of_team).cache == cache_outcome::miss);
  CHECK(w.ask(of_team).cache == cache_outcome::miss); // too large now
  replace_routing news{tests::rules_of_two_models()};
  w.world.self()->send(w.router, news);
  CHECK(w.ask(question()).cache == cache_outcome::unasked);
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

namespace {

/// Several requests at once, each with its answer when it comes.
struct crowd {
  explicit crowd(keeper_world& w) : w_{w} {}
  ~crowd() {
    for (const caf::actor& a : askers_)
      w_.world.self()->send_exit(a, caf::exit_reason::user_shutdown);
    w_.world.settle();
  }

  void ask(std::uint64_t id, run_completion m) {
    m.id = {id};
    askers_.push_back(
        w_.world.system().spawn([this, id, m = std::move(m)](caf::event_based_actor* self) {
          self->request(w_.router, caf::infinite, m).then([this, id](const completion_reply& r) {
            replies.emplace(id, r);
          });
        }));
    w_.world.settle();
  }
  void cancel(std::uint64_t id) {
    w_.world.self()->send(w_.router, cancel_completion{{id}});
    w_.world.settle();
  }

  std::map<std::uint64_t, completion_reply> replies;

private:
  keeper_world& w_;
  std::vector<caf::actor> askers_;
};

} // namespace

TEST_CASE("who asks what is being asked waits for that answer") {
  keeper_world w;
  w.around.holds_calls = true;
  crowd c{w};
  for (std::uint64_t id = 1; id <= 5; ++id)
    c.ask(id, question());
  c.ask(6, question("another"));
  CHECK(w.around.calls.size() == 2);
  CHECK(c.replies.empty());
  w.around.answer_held(tests::answer_of(10, 10, w.world.now()));
  REQUIRE(c.replies.size() == 5);
  nano_usd cost;
  for (const auto& [id, r] : c.replies) {
    CHECK(r.status == completion_status::answered);
    CHECK(r.cache == (id == 1 ? cache_outcome::miss : cache_outcome::hit));
    CHECK(r.id == request_id{id});
    cost += r.cost.total;
  }
  CHECK(cost == c.replies.at(1).cost.total);
  w.around.answer_held(tests::answer_of(10, 10, w.world.now()));
  CHECK(c.replies.at(6).cache == cache_outcome::miss);
  CHECK(w.around.calls.size() == 2);
}

TEST_CASE("if the first to ask gives up, the next asks, and the others wait for that") {
  keeper_world w;
  w.around.holds_calls = true;
  crowd c{w};
  for (std::uint64_t id = 1; id <= 3; ++id)
    c.ask(id, question());
  c.cancel(1);
  w.around.answer_held(tests::failure_of(failure_kind::cancelled, w.world.now()));
  REQUIRE(c.replies.size() == 1);
  CHECK(c.replies.at(1).status == completion_status::cancelled);
  CHECK(w.around.calls.size() == 2);
  w.around.answer_held(tests::answer_of(10, 10, w.world.now()));
  CHECK(c.replies.at(2).cache == cache_outcome::miss);
  CHECK(c.replies.at(3).cache == cache_outcome::hit);
}

TEST_CASE("an answer that is not kept is nobody else's: those who waited ask for themselves") {
  keeper_world w;
  w.around.holds_calls = true;
  crowd c{w};
  for (std::uint64_t id = 1; id <= 3; ++id)
    c.ask(id, question());
  w.around.answer_held(tests::failure_of(failure_kind::invalid_request, w.world.now()));
  CHECK(c.replies.at(1).status == completion_status::invalid_request);
  CHECK(w.around.calls.size() == 3);
  w.around.answer_held(tests::answer_of(10, 10, w.world.now()));
  w.around.answer_held(tests::answer_of(10, 10, w.world.now()));
  CHECK(c.replies.at(2).cache == cache_outcome::miss);
  CHECK(c.replies.at(3).cache == cache_outcome::miss);
}

TEST_CASE("who waits for another's answer may leave, and waits no longer than its deadline") {
  keeper_world w;
  w.around.holds_calls = true;
  crowd c{w};
  c.ask(1, question());
  c.ask(2, question());
  run_completion hurried = question();
  hurried.deadline = 5s;
  c.ask(3, hurried);
  c.cancel(2);
  REQUIRE(c.replies.size() == 1);
  CHECK(c.replies.at(2).status == completion_status::cancelled);
  w.world.advance(6s);
  REQUIRE(c.replies.size() == 2);
  CHECK(c.replies.at(3).status == completion_status::deadline_exceeded);
  CHECK(w.around.calls.size() == 1);
  w.around.answer_held(tests::answer_of(10, 10, w.world.now()));
  CHECK(c.replies.at(1).status == completion_status::answered);
}

TEST_CASE("a stream waits for nobody's answer, but others wait for its") {
  keeper_world w;
  w.around.holds_calls = true;
  crowd c{w};
  const delta_sink_actor sink = w.world.system().spawn(
      [](delta_sink_actor::pointer) -> delta_sink_actor::behavior_type {
        return {[](const deliver_deltas&) { return deltas_taken{}; }};
      });
  run_completion streamed = question();
  streamed.sink = sink;
  c.ask(1, streamed);
  c.ask(2, streamed);
  c.ask(3, question());
  CHECK(w.around.calls.size() == 2);
  w.around.answer_held(tests::answer_of(10, 10, w.world.now()));
  w.around.answer_held(tests::answer_of(10, 10, w.world.now()));
  CHECK(c.replies.at(1).cache == cache_outcome::miss);
  CHECK(c.replies.at(2).cache == cache_outcome::miss);
  CHECK(c.replies.at(3).cache == cache_outcome::hit);
  w.world.self()->send_exit(sink, caf::exit_reason::user_shutdown);
  w.world.settle();
}

TEST_CASE("a keeper that ends leaves nobody waiting") {
  keeper_world w;
  w.around.holds_calls = true;
  crowd c{w};
  c.ask(1, question());
  c.ask(2, question());
  w.world.self()->send_exit(w.keeper, caf::exit_reason::user_shutdown);
  w.world.settle();
  CHECK(c.replies.at(2).status == completion_status::shutting_down);
}
