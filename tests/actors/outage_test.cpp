#include "actors/completion_job.hpp"
#include "actors/limiter.hpp"
#include "tests/actors/fake_neighbours.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <map>

using namespace spillway;
using namespace std::chrono_literals;
using tests::fake_neighbours;
using tests::priced_model;
using tests::virtual_system;

namespace {

/// A provider whose calls take their time and end as a script says.
using slow_provider = provider_actor::extend<caf::reacts_to<pause_over>>;

struct scripted_end {
  duration after{};
  std::optional<call_failure> failure;
};

using script = std::function<scripted_end(const call_provider&)>;

struct slow_provider_state {
  struct call {
    caf::typed_response_promise<provider_reply> promise;
    std::optional<call_failure> failure;
  };
  std::map<std::uint64_t, call> open;
};

slow_provider::behavior_type
run_slow_provider(slow_provider::stateful_pointer<slow_provider_state> self, script how) {
  return {
      [self, how](const call_provider& m) -> caf::result<provider_reply> {
        const scripted_end end = how(m);
        auto promise = self->make_response_promise<provider_reply>();
        self->state.open.emplace(m.lease.value, slow_provider_state::call{promise, end.failure});
        self->delayed_send(self, end.after, pause_over{m.lease.value});
        return promise;
      },
      [](const cancel_call&) {},
      [self](const pause_over& m) {
        auto call = std::move(self->state.open.extract(m.step).mapped());
        const mono_time now = self->clock().now();
        provider_reply reply = tests::answer_of(100, 20, now);
        if (call.failure)
          reply.outcome = *call.failure;
        call.promise.deliver(std::move(reply));
      },
  };
}

/// Requests over "primary", then "second", each behind a real limiter; the provider does what the
/// test says.
struct outage_world {
  virtual_system world;
  fake_neighbours around{world};
  std::shared_ptr<const catalog> models =
      std::make_shared<const catalog>(std::vector{priced_model("primary"), priced_model("second")});
  std::map<std::string, std::vector<mono_time>> calls; ///< when, by model
  script how;
  slow_provider provider;
  std::map<std::string, limiter_actor> limiters;
  std::vector<completion_job_actor> jobs;
  std::uint64_t last_id = 0;
  const mono_time begun;

  outage_world() : begun{world.now()} {
    provider = world.system().spawn(run_slow_provider, [this](const call_provider& m) {
      calls[m.upstream_model].push_back(world.now());
      return how(m);
    });
    limit("primary", {});
    limit("second", {});
  }
  ~outage_world() {
    for (const completion_job_actor& job : jobs)
      stop(job);
    for (const auto& entry : limiters)
      stop(entry.second);
    stop(provider);
    world.settle();
  }

  template <class Handle>
  void stop(const Handle& who) {
    world.self()->send_exit(who, caf::exit_reason::user_shutdown);
  }

  void limit(const std::string& model, rate::limits limits) {
    if (limiters.count(model) != 0)
      stop(limiters[model]);
    limiters[model] = world.system().spawn(
        actors::limiter, actors::limiter_options{{model}, limits, world.wall(), {}, {}});
  }

  void ask(const std::vector<model_id>& route, duration deadline = 5min) {
    actors::completion_job_options o = around.job_options();
    o.seed = ++last_id * 7919;
    jobs.push_back(world.system().spawn(actors::completion_job, std::move(o)));
    auto chat = tests::turn_of_user();
    assign_completion work;
    work.request.id = {last_id};
    work.request.chat = chat;
    work.request.deadline = deadline;
    work.accepted_at = world.now();
    work.models = models;
    work.policy = {2s, false};
    work.candidates = routing::select_candidates(*models, {"r", route}, *chat, {},
                                                 world.wall()(world.now()))
                          .candidates;
    for (const routing::candidate& c : work.candidates)
      work.targets.push_back({{"k"}, limiters.at(c.model->id.value), provider});
    world.self()->send(jobs.back(), std::move(work));
    world.settle();
  }

  /// Asks `count` times, one each `every`, then lets everything come to its end.
  void ask_steadily(int count, duration every, const std::vector<model_id>& route) {
    for (int i = 0; i < count; ++i) {
      ask(route);
      run(every);
    }
    run(10min);
  }

  void run(duration span) {
    for (duration left = span; left > duration{}; left -= std::min<duration>(left, 250ms))
      world.advance(std::min<duration>(left, 250ms));
  }

  /// How long the slowest `percent` of the requests took at least.
  duration elapsed_at(int percent) const {
    std::vector<duration> all;
    for (const completion_reply& r : around.finished)
      all.push_back(r.elapsed);
    std::ranges::sort(all);
    return all.at((all.size() - 1) * static_cast<std::size_t>(percent) / 100);
  }

  bool is_down_for(duration span) const { return world.now() - begun < span; }
};

scripted_end answers_in(duration d) {
  return {d, std::nullopt};
}

scripted_end fails_in(duration d, failure_kind kind, std::optional<duration> retry_after = {}) {
  return {d, call_failure{kind, 0, "as the test says", retry_after}};
}

const std::vector<model_id> both{{"primary"}, {"second"}};

} // namespace

TEST_CASE("a primary that hangs for a minute gets a few probes, and callers its fallback") {
  outage_world w;
  w.how = [&](const call_provider& m) {
    return m.upstream_model == "primary" && w.is_down_for(60s)
               ? fails_in(5s, failure_kind::timed_out)
               : answers_in(500ms);
  };
  w.ask_steadily(20, 3s, both);
  REQUIRE(w.around.finished.size() == 20);
  for (const completion_reply& r : w.around.finished)
    CHECK(r.status == completion_status::answered);
  CHECK(w.calls["primary"].size() <= 7);
  CHECK(w.elapsed_at(50) < 1s);
  CHECK(w.elapsed_at(100) < 6s);
}

TEST_CASE("a primary that fails fast costs one caller its retries, the others next to nothing") {
  outage_world w;
  w.how = [&](const call_provider& m) {
    return m.upstream_model == "primary" && w.is_down_for(60s)
               ? fails_in(50ms, failure_kind::overloaded)
               : answers_in(500ms);
  };
  w.ask_steadily(20, 3s, both);
  REQUIRE(w.around.finished.size() == 20);
  CHECK(w.calls["primary"].size() <= 10);
  CHECK(w.elapsed_at(75) < 1s);
  CHECK(w.elapsed_at(100) < 5s);
}

TEST_CASE("a lone primary is waited for until it is back, without a storm") {
  outage_world w;
  w.how = [&](const call_provider&) {
    return w.is_down_for(60s) ? fails_in(50ms, failure_kind::overloaded) : answers_in(500ms);
  };
  for (int i = 0; i < 20; ++i)
    w.ask({{"primary"}});
  w.run(60s);
  const std::size_t during = w.calls["primary"].size();
  w.run(5min);
  REQUIRE(w.around.finished.size() == 20);
  for (const completion_reply& r : w.around.finished)
    CHECK(r.status == completion_status::answered);
  // 20 that were sent before anybody knew, and the probes.
  CHECK(during <= 20 + 10);
  CHECK(w.calls["primary"].size() <= during + 20 + 2);
}

TEST_CASE("the fallback's failures say nothing about the primary") {
  outage_world w;
  w.how = [&](const call_provider& m) {
    return m.upstream_model == "second" ? fails_in(10ms, failure_kind::overloaded)
                                        : answers_in(10ms);
  };
  w.ask_steadily(6, 1s, {{"second"}, {"primary"}});
  CHECK(w.calls["primary"].size() == 6);
  w.around.finished.clear();
  w.ask_steadily(5, 1s, {{"primary"}});
  REQUIRE(w.around.finished.size() == 5);
  for (const completion_reply& r : w.around.finished)
    CHECK(r.elapsed < 100ms);
}

TEST_CASE("each retry-after is obeyed, the latest as well as the first") {
  outage_world w;
  const std::vector<duration> asked{1s, 5s};
  w.how = [&](const call_provider&) {
    const std::size_t nth = w.calls["primary"].size() - 1;
    return nth < 2 ? fails_in(10ms, failure_kind::rate_limited, asked[nth]) : answers_in(10ms);
  };
  w.ask({{"primary"}});
  w.run(60s);
  REQUIRE(w.around.finished.size() == 1);
  CHECK(w.around.finished[0].status == completion_status::answered);
  const auto& at = w.calls["primary"];
  REQUIRE(at.size() == 3);
  CHECK(at[1] - at[0] >= asked[0]);
  CHECK(at[2] - at[1] >= asked[1]);
}

TEST_CASE("a caller that is refused in the end learns what the vendor asked for last") {
  outage_world w;
  const std::vector<duration> asked{1s, 5s, 30s};
  w.how = [&](const call_provider&) {
    return fails_in(10ms, failure_kind::rate_limited, asked.at(w.calls["primary"].size() - 1));
  };
  w.ask({{"primary"}});
  w.run(60s);
  REQUIRE(w.around.finished.size() == 1);
  CHECK(w.around.finished[0].status == completion_status::rate_limited);
  CHECK(w.around.finished[0].retry_after == duration{30s});
  CHECK(w.calls["primary"].size() == 3);
}

TEST_CASE("a short retry-after is waited for by all, and the fallback is left alone") {
  outage_world w;
  bool refused = false;
  w.how = [&](const call_provider& m) {
    if (m.upstream_model == "primary" && !std::exchange(refused, true))
      return fails_in(10ms, failure_kind::rate_limited, 1s);
    return answers_in(10ms);
  };
  w.ask(both);
  w.run(250ms);
  for (int i = 0; i < 50; ++i)
    w.ask(both);
  w.run(60s);
  REQUIRE(w.around.finished.size() == 51);
  CHECK(w.calls["second"].empty());
}

TEST_CASE("a long retry-after falls back, but no more than the fallback's limits let through") {
  outage_world w;
  rate::limits ten;
  ten.requests_per_minute = 10;
  w.limit("second", ten);
  bool refused = false;
  w.how = [&](const call_provider& m) {
    if (m.upstream_model == "primary" && !std::exchange(refused, true))
      return fails_in(10ms, failure_kind::rate_limited, 20s);
    return answers_in(10ms);
  };
  w.ask(both);
  w.run(250ms);
  for (int i = 0; i < 50; ++i)
    w.ask(both);
  w.run(2min);
  REQUIRE(w.around.finished.size() == 51);
  for (const completion_reply& r : w.around.finished)
    CHECK(r.status == completion_status::answered);
  CHECK(w.calls["second"].size() == 10);
  CHECK(w.calls["primary"].size() == 42);
}

TEST_CASE("a key without money is given up at once and told to the router") {
  outage_world w;
  w.how = [&](const call_provider& m) {
    return m.upstream_model == "primary" ? fails_in(10ms, failure_kind::quota_exhausted)
                                         : answers_in(10ms);
  };
  w.ask(both);
  w.run(1s);
  REQUIRE(w.around.finished.size() == 1);
  CHECK(w.around.finished[0].model.value == "second");
  CHECK(w.around.finished[0].elapsed < 300ms);
  CHECK(w.calls["primary"].size() == 1);
  CHECK(w.around.condemned.size() == 1);
}

TEST_CASE("a model whose day is used up is asked again after an hour, and keeps its key") {
  outage_world w;
  w.how = [&](const call_provider& m) {
    if (m.upstream_model != "primary")
      return answers_in(10ms);
    scripted_end end = fails_in(10ms, failure_kind::quota_exhausted);
    end.failure->refused_by = rate::dimension::requests_per_day;
    end.failure->retry_after = 17h;
    return end;
  };
  w.ask(both);
  w.run(10min);
  w.ask(both);
  w.run(50min);
  CHECK(w.calls["primary"].size() == 1);
  CHECK(w.calls["second"].size() == 2);
  CHECK(w.around.condemned.empty());
  w.ask(both);
  w.run(1min);
  CHECK(w.calls["primary"].size() == 2);
}
