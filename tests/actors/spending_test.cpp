// Completion jobs and the real budget together: what is reserved, cut, waited for and given back.
#include "actors/budget.hpp"
#include "actors/completion_job.hpp"
#include "tests/actors/fake_neighbours.hpp"

#include <caf/send.hpp>
#include <catch2/catch.hpp>

#include <random>

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
  model_entry m = tests::priced_model(id);
  m.output_max = token_count{10'000};
  const std::int64_t price = usd * nano_usd_per_usd;
  m.pricing = {{{wall_time{}, {price, price, price, price}, {}}}};
  return m;
}

struct spending_world {
  virtual_system world;
  fake_neighbours around{world};
  std::shared_ptr<const catalog> models =
      std::make_shared<const catalog>(std::vector{entry("dear", 10), entry("cheap", 1), entry("free", 0)});
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
    actors::completion_job_options o = around.job_options();
    o.budget = budget;
    jobs.push_back(world.system().spawn(actors::completion_job, std::move(o)));
    auto chat = tests::turn_of_user();
    chat->output_tokens_max = p.output_max;
    assign_completion work;
    work.request.id = {id};
    work.request.chat = chat;
    work.request.deadline = p.deadline;
    work.request.labels = p.labels;
    work.accepted_at = world.now();
    work.models = models;
    work.policy = {2s, false};
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

TEST_CASE("a model that costs nothing is called however little is left") {
  for (const exhausted_policy then :
       {exhausted_policy::cheaper, exhausted_policy::wait, exhausted_policy::refuse}) {
    spending_world w{{{"global", "", period::day, cents(5), then}}};
    w.spend(cents(5));
    w.run(1, {{{"free"}}});
    REQUIRE(w.around.finished.size() == 1);
    CHECK(w.around.finished[0].status == completion_status::answered);
    CHECK(w.status().accounts.at(0).spent == cents(5));
  }
  spending_world w{{{"global", "", period::day, cents(5)}}};
  w.spend(cents(5));
  w.run(1, {{{"dear"}, {"cheap"}, {"free"}}});
  CHECK(w.around.finished.at(0).model.value == "free");
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

TEST_CASE("an answer without usage is not free: it is counted here") {
  spending_world w{{{"global", "", period::day, cents(100)}}};
  w.around.on_call = [&](const call_provider&) {
    provider_reply r = answer_of(0, 0, w.world.now());
    auto silent = std::make_shared<chat_reply>();
    silent->message = {chat_role::assistant, {}, {}, {}, {}};
    for (int word = 0; word < 1'100; ++word)
      silent->message.text += " word";
    silent->usage.estimated = true;
    r.outcome = std::shared_ptr<const chat_reply>{std::move(silent)};
    return r;
  };
  w.run(1, of_ten_cents);
  CHECK(w.status().accounts.at(0).spent > nano_usd{1000 * 10'000});
  CHECK(w.around.finished.at(0).reply->usage.estimated);
  CHECK(w.around.finished.at(0).reply->usage.output >= token_count{1000});
}

TEST_CASE("an explicit zero of the provider's stays zero") {
  spending_world w{{{"global", "", period::day, cents(100)}}};
  w.around.on_call = [&](const call_provider&) { return answer_of(0, 0, w.world.now()); };
  w.run(1, of_ten_cents);
  CHECK(w.status().accounts.at(0).spent == nano_usd{0});
}

TEST_CASE("a call that outlasts a change of price is billed at the price it was sent at") {
  spending_world w{{{"global", "", period::day, cents(100)}}};
  model_entry rising = entry("dear", 10);
  const wall_time midnight = w.world.wall()(w.world.now()) + 12h;
  rising.pricing.rows.push_back(rising.pricing.rows[0]);
  rising.pricing.rows[1].from = midnight;
  rising.pricing.rows[1].base = {nano_usd_per_usd, nano_usd_per_usd, 0, 90 * nano_usd_per_usd};
  w.models = std::make_shared<const catalog>(std::vector{rising});
  w.world.advance(12h - 1s);
  w.around.holds_calls = true;
  w.run(1, of_ten_cents);
  const mono_time sent = w.world.now();
  w.world.advance(2s);
  w.around.answer_held(answer_of(100, 20, sent));
  w.world.settle();
  CHECK(w.around.finished.at(0).cost.total == nano_usd{120 * 10'000});
  CHECK(w.around.alerts.raised.empty());
}

TEST_CASE("a budget can be asked before a call: would it pass, and what is left?") {
  spending_world w{{{"global", "", period::day, cents(100)}, {"team", "", period::day, cents(30)}}};
  w.spend(cents(80));
  const std::vector<money::scope_value> red{{"team", "red"}};
  const auto check = [&](nano_usd amount) {
    return w.world.ask<budget_check>(w.budget, check_budget{red, amount}).decision;
  };
  CHECK(check(cents(20)).reserved);
  CHECK_FALSE(check(cents(21)).reserved);
  CHECK(check(cents(21)).account == "global day 2026-11-24");
  CHECK(check(cents(21)).opens_at == w.world.wall()(w.world.now()) + 12h);
  const auto left = w.world.ask<remaining_budget>(w.budget, get_remaining_budget{red});
  CHECK(left.remaining == cents(20));
  REQUIRE(left.accounts.size() == 2);
  CHECK(left.accounts[1].account == "team red day 2026-11-24");
  CHECK(left.accounts[1].spent == nano_usd{0});
  CHECK(w.status().open_reservations == 0);
}

TEST_CASE("without a rule that concerns a call nothing bounds it, and the answer says so") {
  spending_world w{{{"team", "", period::day, cents(30)}}};
  CHECK_FALSE(w.world.ask<remaining_budget>(w.budget, get_remaining_budget{}).remaining);
  CHECK(w.world.ask<budget_check>(w.budget, check_budget{{}, cents(1000)}).decision.reserved);
}

TEST_CASE("what calls cost can be asked by model, timeframe, scope and hour") {
  spending_world w{{}};
  spending_world::plan p{{{"dear"}}};
  p.labels.team = "red";
  p.labels.tags = {"nightly", "eval"};
  w.run(1, p);
  w.world.advance(1h);
  p.route = {{"cheap"}};
  p.labels.team = "blue";
  w.run(2, p);
  w.world.advance(11h); // the next day
  w.run(3, p);
  const nano_usd dear{120 * 10'000};
  const nano_usd cheap{120 * 1000};
  const auto cost = [&](model_id model, period timeframe) {
    return w.world.ask<cumulative_cost>(w.budget, get_cumulative_cost{model, timeframe}).sum.cost;
  };
  CHECK(cost({"dear"}, period::total) == dear);
  CHECK(cost({"dear"}, period::day) == nano_usd{0});
  CHECK(cost({"dear"}, period::month) == dear);
  CHECK(cost({"cheap"}, period::day) == cheap);
  CHECK(cost({}, period::week) == dear + cheap + cheap);
  const auto by = [&](money::cost_dimension d) {
    return w.world.ask<cost_breakdown>(w.budget, get_cost_breakdown{d, period::total}).lines;
  };
  using money::cost_dimension;
  using lines = std::vector<money::cost_line>;
  CHECK(by(cost_dimension::team) == lines{{"blue", {cheap + cheap, 2}}, {"red", {dear, 1}}});
  CHECK(by(cost_dimension::tag)
        == lines{{"eval", {dear + cheap + cheap, 3}}, {"nightly", {dear + cheap + cheap, 3}}});
  CHECK(by(cost_dimension::hour)
        == lines{{"2026-11-24T12:00:00+00:00", {dear, 1}},
                 {"2026-11-24T13:00:00+00:00", {cheap, 1}},
                 {"2026-11-25T00:00:00+00:00", {cheap, 1}}});
  CHECK(by(cost_dimension::run).empty());
}

TEST_CASE("a cost before the start of a runtime without memory is not claimed to be known") {
  spending_world w{{}};
  const auto ask = [&](period timeframe) {
    return w.world.ask<cumulative_cost>(w.budget, get_cumulative_cost{{}, timeframe});
  };
  CHECK_FALSE(ask(period::day).complete);
  w.world.advance(13h);
  CHECK(ask(period::day).complete);
  CHECK_FALSE(ask(period::month).complete);
}

TEST_CASE("whatever happens to calls, the log of costs and the ledger agree") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    INFO("seed " << seed);
    spending_world w{{{"global", "", period::day, cents(60), exhausted_policy::wait}}, seed};
    std::minstd_rand random{static_cast<std::minstd_rand::result_type>(seed)};
    w.around.on_call = [&](const call_provider&) {
      switch (random() % 4) {
        case 0: return failure_of(failure_kind::rate_limited, w.world.now());
        case 1: return failure_of(failure_kind::interrupted, w.world.now());
        case 2: return failure_of(failure_kind::unreachable, w.world.now(), false);
        default: return answer_of(100, static_cast<std::int64_t>(random() % 9000), w.world.now());
      }
    };
    for (std::uint64_t id = 1; id <= 20; ++id) {
      const completion_job_actor job = w.begin(id, {{{"dear"}, {"cheap"}}, token_count{9000}});
      if (random() % 4 == 0)
        caf::anon_send(job, cancel_completion{{id}});
    }
    w.world.advance(61s);
    CHECK(w.around.finished.size() == 20);
    CHECK(w.status().open_reservations == 0);
    const auto costs = w.world.ask<cumulative_cost>(w.budget, get_cumulative_cost{});
    CHECK(costs.sum.cost == w.status().accounts.at(0).spent);
    CHECK(costs.sum.cost > nano_usd{0});
    CHECK(w.status().accounts.at(0).spent <= cents(60));
  }
}
