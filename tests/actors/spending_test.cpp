// Completion jobs and the real budget together: what is reserved, cut, waited for and given back.
#include "actors/budget.hpp"
#include "actors/completion_job.hpp"
#include "tests/actors/fake_neighbours.hpp"

#include <caf/send.hpp>
#include <catch2/catch.hpp>

using namespace spillway;
using namespace std::chrono_literals;
using money::budget_rule;
using money::exhausted_policy;
using money::period;
using tests::answer_of;
using tests::failure_of;
using tests::fake_neighbours;
using tests::virtual_system;

namespace {

/// `usd` per million tokens, in and out. A prompt of "hello" is worst some tens of tokens.
model_entry entry(const std::string& id, std::int64_t usd) {
  model_entry m;
  m.id = {id};
  m.provider = {"p"};
  m.upstream_name = id;
  m.context_max = token_count{100'000};
  m.output_max = token_count{10'000};
  const std::int64_t price = usd * nano_usd_per_usd;
  m.pricing = {{{wall_time{}, {price, price, price, price}, {}}}};
  return m;
}

struct spending_world {
  virtual_system world;
  fake_neighbours around{world};
  std::shared_ptr<const catalog> models =
      std::make_shared<const catalog>(std::vector{entry("dear", 10), entry("cheap", 1)});
  budget_actor budget;
  std::vector<completion_job_actor> jobs;

  explicit spending_world(std::vector<budget_rule> rules, std::uint64_t seed = 0) : world{seed} {
    actors::budget_options o;
    o.rules = std::move(rules);
    o.wall = world.wall();
    o.alerts = around.sink;
    budget = world.system().spawn(actors::budget, std::move(o));
  }
  ~spending_world() {
    for (const completion_job_actor& job : jobs)
      world.self()->send_exit(job, caf::exit_reason::user_shutdown);
    world.self()->send_exit(budget, caf::exit_reason::user_shutdown);
    world.settle();
  }

  struct plan {
    std::vector<model_id> route{{"dear"}, {"cheap"}};
    std::optional<token_count> output_max{};
    duration deadline = 60s;
    call_labels labels{};
  };

  /// Starts request `id` at a job of its own; `settle` lets it run.
  const completion_job_actor& begin(std::uint64_t id, const plan& p) {
    actors::completion_job_options o;
    o.router = around.router;
    o.budget = budget;
    o.traces = around.batcher;
    o.alerts = around.sink;
    o.policy = {2s, false};
    o.wall = world.wall();
    jobs.push_back(world.system().spawn(actors::completion_job, std::move(o)));
    auto chat = std::make_shared<chat_request>();
    chat->messages.push_back({chat_role::user, "hello", {}, {}, {}});
    chat->output_tokens_max = p.output_max;
    assign_completion work;
    work.request.id = {id};
    work.request.chat = chat;
    work.request.deadline = p.deadline;
    work.request.labels = p.labels;
    work.accepted_at = world.now();
    work.models = models;
    work.candidates =
        routing::select_candidates(*models, {"r", p.route}, *chat, {}, world.wall()(world.now()))
            .candidates;
    work.targets.assign(work.candidates.size(),
                        call_target{{"k"}, around.limiter, around.provider});
    world.self()->send(jobs.back(), std::move(work));
    return jobs.back();
  }
  void run(std::uint64_t id, const plan& p) {
    begin(id, p);
    world.settle();
  }

  budget_status status() { return world.ask<budget_status>(budget, get_budget_status{}); }
  void spend(nano_usd amount) {
    const reservation_id id{1'000'000};
    REQUIRE(world.ask<spend_reply>(budget, reserve_spend{id, {}, amount}).decision.reserved);
    world.self()->send(budget, settle_spend{id, amount});
    world.settle();
  }
};

constexpr nano_usd cents(std::int64_t n) {
  return nano_usd{n * nano_usd_per_usd / 100};
}

/// Costs 10 cents and a little more at most with the dear model.
const spending_world::plan of_ten_cents{{{"dear"}}, token_count{10'000}};

} // namespace

TEST_CASE("of 64 requests at once against money for three, three are called, in every scope") {
  call_labels who;
  who.team = "red";
  who.user = "never seen";
  who.session = "s";
  who.tags = {"a", "b", "a"};
  who.run = "agent 7";
  for (const char* scope : {"global", "team", "user", "session", "tag", "run", "key"})
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      INFO(scope << ", seed " << seed);
      spending_world w{{{scope, "", period::day, cents(33)}}, seed};
      w.around.holds_calls = true;
      spending_world::plan p = of_ten_cents;
      p.labels = who;
      for (std::uint64_t id = 1; id <= 64; ++id)
        w.begin(id, p);
      w.world.settle();
      CHECK(w.around.calls.size() == 3);
      CHECK(w.around.finished.size() == 61);
      for (int i = 0; i < 3; ++i)
        w.around.answer_held(answer_of(100, 20, w.world.now()));
      w.world.settle();
      CHECK(w.status().open_reservations == 0);
      for (const money::account_status& a : w.status().accounts)
        CHECK(a.spent == nano_usd{3 * 120 * 10'000});
    }
}

TEST_CASE("a request cut at any moment leaves no reservation, and only what was called is spent") {
  for (std::uint64_t seed = 1; seed <= 250; ++seed) {
    for (const duration after : {0ms, 300ms, 1000ms, 1700ms}) {
      INFO("seed " << seed << ", cut after " << to_seconds(after) << " s");
      // Two requests share money for one, so that one waits in the budget at first.
      spending_world w{{{"global", "", period::day, cents(15), exhausted_policy::wait}}, seed};
      w.around.holds_calls = true;
      bool asked = false;
      w.around.on_acquire = [&](const acquire_permit&) {
        permit_reply wait{permit_verdict::wait, {1s, 1s, 0}, {}};
        return std::exchange(asked, true) ? permit_reply{} : wait;
      };
      nano_usd billed;
      const auto answer_all = [&] {
        while (!w.around.calls.empty()) {
          w.around.calls.erase(w.around.calls.begin());
          w.around.answer_held(answer_of(100, 20, w.world.now()));
          billed += nano_usd{120 * 10'000};
        }
      };
      const completion_job_actor first = w.begin(1, of_ten_cents);
      const completion_job_actor second = w.begin(2, of_ten_cents);
      w.world.schedule(500ms, answer_all);
      w.world.schedule(1500ms, answer_all);
      w.world.schedule(after, [&] {
        caf::anon_send(first, cancel_completion{{1}});
        caf::anon_send(second, cancel_completion{{2}});
      });
      w.world.advance(2s);
      answer_all();
      w.world.settle();
      CHECK(w.around.finished.size() == 2);
      const budget_status s = w.status();
      CHECK(s.open_reservations == 0);
      CHECK(s.waiting == 0);
      CHECK(s.accounts.at(0).reserved == nano_usd{0});
      CHECK(s.accounts.at(0).spent == billed);
    }
  }
}

TEST_CASE("a reply without a bound of the caller's is cut to what the budget pays for") {
  spending_world w{{{"global", "", period::day, cents(5)}}};
  w.run(1, {{{"dear"}}});
  REQUIRE(w.around.calls.size() == 1);
  CHECK(w.around.calls[0].output_tokens_max < token_count{5000});
  CHECK(w.around.calls[0].output_tokens_max > token_count{4800});
  CHECK(w.around.finished.at(0).status == completion_status::answered);
  CHECK(w.status().accounts.at(0).reserved == nano_usd{0});
}

TEST_CASE("a bound of the caller's is kept: a cheaper model takes the call") {
  spending_world w{{{"global", "", period::day, cents(5)}}};
  w.run(1, {{{"dear"}, {"cheap"}}, token_count{10'000}});
  CHECK(w.around.finished.at(0).model.value == "cheap");
  CHECK(w.around.calls.at(0).output_tokens_max == token_count{10'000});
}

TEST_CASE("too little for a useful reply goes to a cheaper model, not to a stump of one") {
  spending_world w{{{"global", "", period::day, nano_usd{2'000'000}}}};
  w.run(1, {});
  CHECK(w.around.finished.at(0).model.value == "cheap");
}

TEST_CASE("a rule may refuse at once, and says when to come again and what is left") {
  spending_world w{{{"team", "", period::day, cents(5), exhausted_policy::refuse}}};
  spending_world::plan p{{{"dear"}, {"cheap"}}, token_count{10'000}};
  p.labels.team = "red";
  w.run(1, p);
  const completion_reply& r = w.around.finished.at(0);
  CHECK(w.around.calls.empty());
  CHECK(r.status == completion_status::over_budget);
  CHECK(r.reason.find("team red day 2026-11-24 has $0.05") != std::string::npos);
  // A day's limit of five cents never pays a call of ten.
  CHECK_FALSE(r.retry_after.has_value());
}

TEST_CASE("a rule may let a call wait for the next day, if its deadline allows") {
  spending_world w{{{"global", "", period::day, cents(15), exhausted_policy::wait}}};
  w.spend(cents(10));
  w.world.advance(12h - 30s);
  w.run(1, of_ten_cents);
  CHECK(w.around.finished.empty());
  CHECK(w.status().waiting == 1);
  w.world.advance(29s);
  CHECK(w.around.finished.empty());
  w.world.advance(1s);
  REQUIRE(w.around.finished.size() == 1);
  CHECK(w.around.finished[0].status == completion_status::answered);
  CHECK(w.status().accounts.at(0).spent == nano_usd{120 * 10'000});
}

TEST_CASE("a call that cannot wait long enough is refused at once, with the wait it needs") {
  spending_world w{{{"global", "", period::day, cents(15), exhausted_policy::wait}}};
  w.spend(cents(10));
  w.run(1, of_ten_cents);
  REQUIRE(w.around.finished.size() == 1);
  CHECK(w.around.finished[0].status == completion_status::over_budget);
  CHECK(w.around.finished[0].retry_after == duration{12h});
}

TEST_CASE("a call waits for what another one gives back") {
  spending_world w{{{"global", "", period::day, cents(15), exhausted_policy::wait}}};
  w.around.holds_calls = true;
  w.run(1, of_ten_cents);
  w.run(2, of_ten_cents);
  CHECK(w.around.calls.size() == 1);
  w.around.answer_held(answer_of(100, 20, w.world.now()));
  w.world.settle();
  CHECK(w.around.calls.size() == 2);
  w.around.answer_held(answer_of(100, 20, w.world.now()));
  w.world.settle();
  CHECK(w.around.finished.size() == 2);
}

TEST_CASE("a call that waits for money in vain is told so before its deadline") {
  spending_world w{{{"global", "", period::day, cents(15), exhausted_policy::wait}}};
  w.around.holds_calls = true;
  w.run(1, {{{"dear"}}, token_count{10'000}, 10min});
  w.run(2, of_ten_cents);
  w.world.advance(60s);
  REQUIRE(w.around.finished.size() == 1);
  CHECK(w.around.finished[0].status == completion_status::over_budget);
  CHECK(w.around.finished[0].elapsed == duration{59s});
}

TEST_CASE("a job that dies while it waits for money leaves the queue") {
  spending_world w{{{"global", "", period::day, cents(15), exhausted_policy::wait}}};
  w.around.holds_calls = true;
  w.run(1, of_ten_cents);
  w.run(2, of_ten_cents);
  REQUIRE(w.status().waiting == 1);
  w.world.self()->send_exit(w.jobs.back(), caf::exit_reason::kill);
  w.world.settle();
  CHECK(w.status().waiting == 0);
  CHECK(w.status().open_reservations == 1);
  w.around.answer_held(answer_of(100, 20, w.world.now()));
  w.world.settle();
}
