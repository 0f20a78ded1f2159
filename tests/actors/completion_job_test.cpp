#include "actors/completion_job.hpp"

#include "core/report/generation.hpp"
#include "tests/actors/fake_neighbours.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace std::chrono_literals;
using tests::answer_of;
using tests::failure_of;
using tests::fake_neighbours;
using tests::virtual_system;

namespace {

model_entry entry(const std::string& id) {
  model_entry m = tests::priced_model(id);
  m.upstream_name += "-upstream";
  m.output_max = token_count{1000};
  return m;
}

/// A job over two candidates, "a" then "b".
struct job_world {
  virtual_system world;
  fake_neighbours around{world};
  std::shared_ptr<const catalog> models =
      std::make_shared<const catalog>(std::vector{entry("a"), entry("b")});
  completion_job_actor job;

  call_labels labels;
  std::optional<nano_usd> cost_max;
  delta_sink_actor sink;

  explicit job_world(bool traced = false) { spawn_job(traced, {}); }
  void spawn_job(bool traced, journal_actor journal) {
    actors::completion_job_options o = around.job_options();
    o.traced = traced;
    o.journal = std::move(journal);
    job = world.system().spawn(actors::completion_job, std::move(o));
  }
  ~job_world() {
    sink = delta_sink_actor{};
    world.self()->send_exit(job, caf::exit_reason::user_shutdown);
    world.settle();
  }

  void assign(std::uint64_t id, duration deadline = 60s) {
    auto chat = tests::turn_of_user();
    assign_completion work;
    work.request.id = {id};
    work.request.chat = chat;
    work.request.deadline = deadline;
    work.request.labels = labels;
    work.request.cost_max = cost_max;
    work.request.sink = sink;
    work.accepted_at = world.now();
    work.models = models;
    work.policy = {2s, false};
    const auto selected = routing::select_candidates(*models, {"r", {{"a"}, {"b"}}}, *chat, {},
                                                     world.wall()(world.now()));
    work.plan = routing::make_plan("r", selected);
    work.candidates = selected.candidates;
    work.targets.assign(2, call_target{{"k"}, around.limiter, around.provider});
    world.self()->send(job, std::move(work));
    world.settle();
  }

  const completion_reply& only_reply() {
    REQUIRE(around.finished.size() == 1);
    return around.finished[0];
  }

  /// Each reservation and each permit granted has had exactly one end.
  void check_nothing_held(std::size_t permits_granted) {
    CHECK(around.settled_spend.size() + around.released_spend.size() == around.reserved.size());
    CHECK(around.settled_permits.size() + around.released_permits.size() == permits_granted);
  }
};

permit_reply wait_of(duration d) {
  return {permit_verdict::wait, {d, d, 0}, {}};
}

} // namespace

TEST_CASE("an answered call is settled everywhere at what the provider reported") {
  job_world w;
  w.assign(7);
  const completion_reply& r = w.only_reply();
  CHECK(r.status == completion_status::answered);
  CHECK(r.model.value == "a");
  CHECK(r.reply->message.text == "done");
  CHECK(r.cost.total == nano_usd{100 * 1000 + 20 * 2000});
  REQUIRE(w.around.settled_spend.size() == 1);
  CHECK(w.around.settled_spend[0].actual == r.cost.total);
  CHECK(w.around.calls.at(0).upstream_model == "a-upstream");
  CHECK(w.around.traces.size() == 1);
  w.check_nothing_held(1);
}

TEST_CASE("a reply says what became of every model of its route") {
  job_world w;
  w.around.on_acquire = [&](const acquire_permit&) {
    return w.around.reserved.size() == 1 ? wait_of(30s) : permit_reply{};
  };
  w.assign(1);
  REQUIRE(w.only_reply().plan);
  const routing::plan& plan = *w.only_reply().plan;
  REQUIRE(plan.models.size() == 2);
  CHECK(plan.models[0].now == routing::standing::no_room);
  CHECK(plan.models[0].wait->estimate == 30s);
  CHECK(plan.models[1].now == routing::standing::answered);
  CHECK(plan.models[1].likely_cost > nano_usd{0});
  CHECK(plan.models[1].likely_cost < plan.models[1].worst_cost);
  CHECK(plan.chosen == 1);
}

TEST_CASE("the money is reserved before the permit, and the permit before the call") {
  job_world w;
  std::vector<std::string> order;
  w.around.on_reserve = [&](const reserve_spend&) {
    order.emplace_back("reserve");
    spend_reply r;
    r.decision.reserved = true;
    return r;
  };
  w.around.on_acquire = [&](const acquire_permit&) {
    order.emplace_back("acquire");
    return permit_reply{};
  };
  w.around.on_call = [&](const call_provider&) {
    order.emplace_back("call");
    return answer_of(1, 1, w.world.now());
  };
  w.assign(1);
  CHECK(order == std::vector<std::string>{"reserve", "acquire", "call"});
}

TEST_CASE("a long wait falls back and gives the first reservation back") {
  job_world w;
  w.around.on_acquire = [&](const acquire_permit&) {
    return w.around.reserved.size() == 1 ? wait_of(30s) : permit_reply{};
  };
  w.assign(1);
  CHECK(w.only_reply().model.value == "b");
  CHECK(w.around.released_spend.size() == 1);
  w.check_nothing_held(1);
}

TEST_CASE("a short wait is waited at the preferred model") {
  job_world w;
  w.around.on_acquire = [](const acquire_permit&) { return wait_of(1s); };
  w.assign(1);
  CHECK(w.only_reply().model.value == "a");
  w.check_nothing_held(1);
}

TEST_CASE("a budget that has no room for the first candidate may have some for the second") {
  job_world w;
  w.around.on_reserve = [&](const reserve_spend&) {
    spend_reply r;
    r.decision.reserved = w.around.reserved.size() > 1;
    r.decision.account = "global day 2026-11-24";
    return r;
  };
  w.assign(1);
  CHECK(w.only_reply().model.value == "b");
}

TEST_CASE("without money for any candidate the caller learns which account is short") {
  job_world w;
  w.around.on_reserve = [](const reserve_spend&) {
    spend_reply r;
    r.decision.account = "global day 2026-11-24";
    return r;
  };
  w.assign(1);
  CHECK(w.only_reply().status == completion_status::over_budget);
  CHECK(w.only_reply().reason.find("global day 2026-11-24") != std::string::npos);
  CHECK(w.around.calls.empty());
  CHECK(w.around.released_spend.empty());
}

TEST_CASE("how a failed call is released follows from what the provider may have done") {
  struct row {
    failure_kind kind;
    bool sent;
    rate::lease_end end;
    bool stays_spent;
  };
  const row table[] = {
      {failure_kind::unreachable, false, rate::lease_end::not_sent, false},
      {failure_kind::rate_limited, true, rate::lease_end::rejected, false},
      {failure_kind::overloaded, true, rate::lease_end::unknown, false},
      {failure_kind::timed_out, true, rate::lease_end::unknown, true},
      {failure_kind::interrupted, true, rate::lease_end::unknown, true},
      {failure_kind::invalid_request, true, rate::lease_end::unknown, false},
  };
  for (const row& r : table) {
    INFO(to_string(r.kind));
    job_world w;
    w.around.on_call = [&](const call_provider&) {
      return w.around.calls.size() == 1 ? failure_of(r.kind, w.world.now(), r.sent)
                                        : answer_of(1, 1, w.world.now());
    };
    w.assign(1);
    w.world.advance(20s);
    REQUIRE(w.around.released_permits.size() == 1);
    CHECK(w.around.released_permits[0].how == r.end);
    const bool spent = !w.around.settled_spend.empty()
                       && w.around.settled_spend[0].actual == w.around.reserved[0].amount;
    CHECK(spent == r.stays_spent);
    CHECK(w.around.traces.size() == w.around.calls.size());
  }
}

TEST_CASE(
    "a provider's 429 tells the limiter to pause and the operator that our limits are wrong") {
  job_world w;
  w.around.on_call = [&](const call_provider&) {
    return w.around.calls.size() == 1
               ? failure_of(failure_kind::rate_limited, w.world.now(), true, duration{9s})
               : answer_of(1, 1, w.world.now());
  };
  w.assign(1);
  REQUIRE(w.around.released_permits.size() == 1);
  CHECK(w.around.released_permits[0].retry_after == duration{9s});
  REQUIRE(w.around.alerts.raised.size() == 1);
  CHECK(w.around.alerts.raised[0].rule == "rate_limited_by_provider");
}

TEST_CASE("a cancelled call is cut upstream, settled by what comes back, and answered once") {
  job_world w;
  w.around.holds_calls = true;
  w.assign(1);
  w.world.self()->send(w.job, cancel_completion{{1}});
  w.world.settle();
  REQUIRE(w.around.cancelled_calls.size() == 1);
  CHECK(w.around.finished.empty());
  w.around.answer_held(failure_of(failure_kind::cancelled, w.world.now()));
  CHECK(w.only_reply().status == completion_status::cancelled);
  w.check_nothing_held(1);
}

TEST_CASE("an answer that comes for a cancelled request is still paid") {
  job_world w;
  w.around.holds_calls = true;
  w.assign(1);
  w.world.self()->send(w.job, cancel_completion{{1}});
  w.world.settle();
  w.around.answer_held(answer_of(100, 20, w.world.now()));
  CHECK(w.only_reply().status == completion_status::cancelled);
  REQUIRE(w.around.settled_spend.size() == 1);
  CHECK(w.around.settled_spend[0].actual == nano_usd{140'000});
}

TEST_CASE("the deadline cuts a call that hangs") {
  job_world w;
  w.around.holds_calls = true;
  w.assign(1, 5s);
  w.world.advance(5s);
  REQUIRE(w.around.cancelled_calls.size() == 1);
  w.around.answer_held(failure_of(failure_kind::cancelled, w.world.now()));
  CHECK(w.only_reply().status == completion_status::deadline_exceeded);
}

TEST_CASE("a call whose own timeout comes before the deadline's timer ends the same way") {
  job_world w;
  w.around.on_call = [&](const call_provider&) {
    return failure_of(failure_kind::timed_out, w.world.now());
  };
  w.assign(1, 0s);
  CHECK(w.only_reply().status == completion_status::deadline_exceeded);
  CHECK(w.around.calls.size() == 1);
  w.check_nothing_held(1);
}

TEST_CASE(
    "a job serves one request after another, and an old deadline does not hit a new request") {
  job_world w;
  w.assign(1, 5s);
  w.world.advance(4s);
  w.around.holds_calls = true;
  w.assign(2, 60s);
  w.world.advance(10s);
  CHECK(w.around.cancelled_calls.empty());
  w.around.answer_held(answer_of(1, 1, w.world.now()));
  REQUIRE(w.around.finished.size() == 2);
  CHECK(w.around.finished[1].id.value == 2);
  CHECK(w.around.finished[1].status == completion_status::answered);
}

namespace {

struct unanswered {
  std::vector<caf::typed_response_promise<journal_reply>> promises;
  std::vector<call_outcome> ends;
};

/// A journal whose disk never comes back.
journal_actor::behavior_type silent_journal(journal_actor::stateful_pointer<unanswered> self) {
  return {[](const record_generation&) {},
          [](const watch_traces&) {},
          [](const load_traces&) { return traces_reply{}; },
          [](const end_traces&) {},
          [](const replace_trace&) {},
          [](get_trace_status) { return trace_status{}; },
          [self](const record_intent&) -> caf::result<journal_reply> {
            self->state.promises.push_back(self->make_response_promise<journal_reply>());
            return self->state.promises.back();
          },
          [self](const record_settlement& m) { self->state.ends.push_back(m.row.outcome); },
          [](const record_lessons&) {},
          [](const load_leases&) { return leases_reply{}; },
          [](const record_alerts&) {}};
}

} // namespace

TEST_CASE("a disk that does not answer holds a request no longer than its deadline") {
  job_world w;
  const journal_actor journal = w.world.system().spawn(silent_journal);
  w.world.self()->send_exit(w.job, caf::exit_reason::user_shutdown);
  w.spawn_job(false, journal);
  w.assign(1, 5s);
  w.world.advance(4s);
  CHECK(w.around.finished.empty());
  w.world.advance(1s);
  CHECK(w.only_reply().status == completion_status::deadline_exceeded);
  CHECK(w.around.calls.empty());
  w.check_nothing_held(1);
  CHECK(w.around.released_permits.at(0).how == rate::lease_end::not_sent);
  // The job is free for the next one, and what the disk says at last is no news to it.
  w.assign(2, 5s);
  w.world.advance(5s);
  CHECK(w.around.finished.size() == 2);
  w.world.self()->send_exit(journal, caf::exit_reason::user_shutdown);
}

TEST_CASE("a request whose limiter dies goes to the next candidate") {
  job_world w;
  w.world.self()->send_exit(w.around.limiter, caf::exit_reason::unhandled_exception);
  w.world.settle();
  w.assign(1);
  CHECK(w.only_reply().status == completion_status::upstream_failed);
  CHECK(w.around.released_spend.size() == 2);
  CHECK(w.around.calls.empty());
}

namespace {

/// A call that failed after `text` had been streamed to the caller, if any.
provider_reply broken_after(const std::string& text, failure_kind kind, mono_time now) {
  provider_reply reply = failure_of(kind, now);
  auto came = std::make_shared<chat_reply>();
  came->message = {chat_role::assistant, text, {}, {}, {}};
  came->usage.estimated = true;
  reply.partial = std::move(came);
  if (!text.empty())
    reply.first_content_at = now;
  return reply;
}

} // namespace

TEST_CASE("a stream that breaks before its first word falls back unseen") {
  job_world w;
  w.around.on_call = [&](const call_provider& m) {
    return m.model == model_id{"a"} ? broken_after("", failure_kind::interrupted, w.world.now())
                                    : answer_of(100, 20, w.world.now());
  };
  w.assign(1);
  w.world.advance(30s);
  CHECK(w.only_reply().status == completion_status::answered);
  CHECK(w.only_reply().model == model_id{"b"});
  // Asked again as often as a whole answer would be.
  CHECK(w.around.calls.size() == 4);
}

TEST_CASE("a stream that breaks after its first word is not tried elsewhere, and what came is paid") {
  job_world w;
  const auto broken = [&](failure_kind kind) {
    return broken_after(std::string(400, 'x'), kind, w.world.now());
  };
  SECTION("the upstream broke") {
    w.around.on_call = [&](const call_provider&) { return broken(failure_kind::interrupted); };
    w.assign(1);
    CHECK(w.only_reply().status == completion_status::upstream_failed);
    CHECK(w.only_reply().reason.find("broke off") != std::string::npos);
  }
  SECTION("the provider refused to go on, and there is nowhere else to go") {
    w.around.on_call = [&](const call_provider&) { return broken(failure_kind::rate_limited); };
    w.assign(1);
    CHECK(w.only_reply().status == completion_status::upstream_failed);
    w.world.advance(1h);
  }
  SECTION("the caller went") {
    w.around.holds_calls = true;
    w.assign(1);
    w.world.self()->send(w.job, cancel_completion{{1}});
    w.world.settle();
    w.around.answer_held(broken(failure_kind::cancelled));
    CHECK(w.only_reply().status == completion_status::cancelled);
  }
  CHECK(w.around.calls.size() == 1);
  REQUIRE(w.around.settled_spend.size() == 1);
  CHECK(w.around.settled_spend[0].actual > nano_usd{0});
  CHECK(w.around.settled_spend[0].actual < w.around.reserved[0].amount);
  CHECK(w.only_reply().cost.total == w.around.settled_spend[0].actual);
  REQUIRE(w.around.traces.size() == 1);
  CHECK(w.around.traces[0]->failure);
  CHECK(w.around.traces[0]->usage.estimated);
  CHECK(w.around.traces[0]->usage.output > token_count{50});
  w.check_nothing_held(1);
}

TEST_CASE("a provider is told the trace of a call that its caller named, or that is kept") {
  const std::string trace = "0af7651916cd43dd8448eb211c80319c";
  const auto told = [&](bool traced, bool named, bool sampled) {
    job_world w{traced};
    if (named) {
      w.labels.trace_id = trace;
      w.labels.parent_span_id = "b7ad6b7169203331";
      w.labels.sampled = sampled;
    }
    w.assign(1);
    const std::string parent = w.around.calls.at(0).traceparent;
    if (!parent.empty()) {
      const report::generation& g = *w.around.traces.at(0);
      CHECK(parent.substr(0, 53) == "00-" + g.trace_id + "-" + g.span_id + "-");
      CHECK(g.span_id != "b7ad6b7169203331");
    }
    return parent.empty() ? parent : parent.substr(parent.size() - 2);
  };
  CHECK(told(false, false, false).empty());
  CHECK(told(false, true, false) == "00");
  CHECK(told(false, true, true) == "01");
  CHECK(told(true, false, false) == "01");
  CHECK(told(true, true, false) == "01");
}

TEST_CASE("each call tells how long it took, and a streamed one when its first words came") {
  job_world w;
  w.around.on_call = [&](const call_provider& m) {
    if (m.model.value == "a")
      return failure_of(failure_kind::overloaded, w.world.now());
    provider_reply r = answer_of(10, 5, w.world.now());
    r.first_content_at = w.world.now() + 30ms;
    return r;
  };
  w.assign(1);
  w.world.advance(30s); // over the pauses between retries
  const auto& calls = w.only_reply().attempts;
  REQUIRE(calls.size() >= 2);
  CHECK(calls.front().failure == failure_kind::overloaded);
  CHECK(calls.front().provider.value == "p");
  CHECK(calls.front().first_words == duration{});
  CHECK(calls.back().first_words == 30ms);
  CHECK_FALSE(calls.back().embeds);
}

TEST_CASE("texts are embedded along the same way as a chat is answered") {
  job_world w;
  auto texts = std::make_shared<embedding_request>();
  texts->inputs = {{"a"}, {"b"}};
  auto vectors = std::make_shared<embedding_reply>();
  vectors->vectors = {{0.5F}, {0.25F}};
  vectors->usage.input = token_count{9};
  int calls = 0;
  w.around.on_call = [&](const call_provider& m) {
    CHECK_FALSE(m.chat);
    CHECK(m.embedding == texts);
    if (++calls == 1)
      return failure_of(failure_kind::model_unavailable, w.world.now());
    provider_reply r = answer_of(0, 0, w.world.now());
    r.outcome = std::shared_ptr<const embedding_reply>{vectors};
    return r;
  };
  assign_completion work;
  work.request.id = {1};
  work.request.embedding = texts;
  work.request.deadline = 60s;
  work.accepted_at = w.world.now();
  work.models = w.models;
  for (const char* id : {"a", "b"}) {
    routing::candidate c;
    c.model = w.models->find({id});
    c.upstream_name = id;
    c.charge = token_count{20};
    c.worst_cost = nano_usd{50'000};
    work.candidates.push_back(c);
  }
  work.targets.assign(2, call_target{{"k"}, w.around.limiter, w.around.provider});
  w.world.self()->send(w.job, std::move(work));
  w.world.settle();
  const completion_reply& r = w.only_reply();
  REQUIRE(r.status == completion_status::answered);
  CHECK(r.vectors->vectors == vectors->vectors);
  CHECK_FALSE(r.reply);
  CHECK(r.model.value == "b");
  CHECK(r.cost.total == nano_usd{9 * 1000});
  CHECK(r.attempts.back().embeds);
  REQUIRE(w.around.settled_spend.size() == 1);
  CHECK(w.around.settled_spend[0].actual == r.cost.total);
  CHECK(w.around.traces.size() == 2);
  CHECK(w.around.traces.back()->embedded == texts);
  w.check_nothing_held(2);
}

TEST_CASE("a pause before another call is a wait that the reply tells of") {
  job_world w;
  w.around.on_call = [&](const call_provider&) {
    return w.around.calls.size() == 1
               ? failure_of(failure_kind::overloaded, w.world.now(), true, 1500ms)
               : answer_of(1, 1, w.world.now());
  };
  w.assign(1);
  w.world.advance(2s);
  CHECK(w.only_reply().status == completion_status::answered);
  CHECK(w.only_reply().waited == 1500ms);
  REQUIRE(w.around.traces.size() == 2);
  CHECK(w.around.traces[1]->waited == 1500ms);
}

TEST_CASE("a request that is cut says what it waited for, and how long") {
  job_world w;
  SECTION("a call") {
    w.around.holds_calls = true;
    w.assign(1, 5s);
    w.world.advance(5s);
    w.around.answer_held(failure_of(failure_kind::cancelled, w.world.now()));
    CHECK(w.only_reply().reason == "its deadline of 5000 ms passed while a was answering");
    CHECK(w.only_reply().waited == duration{});
  }
  SECTION("a call after a pause") {
    w.around.on_call = [&](const call_provider&) {
      w.around.holds_calls = true; // the next one
      return failure_of(failure_kind::overloaded, w.world.now(), true, 1900ms);
    };
    w.assign(1, 2s);
    w.world.advance(2s);
    w.around.answer_held(failure_of(failure_kind::cancelled, w.world.now()));
    CHECK(w.only_reply().status == completion_status::deadline_exceeded);
    CHECK(w.only_reply().waited == 1900ms);
    CHECK(w.only_reply().reason
          == "its deadline of 2000 ms passed while a was answering; a: overloaded (as the test "
             "says)");
  }
  SECTION("a pause itself") {
    w.around.on_call = [&](const call_provider&) {
      return failure_of(failure_kind::overloaded, w.world.now(), true, 1900ms);
    };
    w.assign(1, 60s);
    w.world.advance(1s);
    w.world.self()->send(w.job, cancel_completion{{1}});
    w.world.settle();
    CHECK(w.only_reply().status == completion_status::cancelled);
    CHECK(w.only_reply().waited == 1s);
  }
  SECTION("its caller") {
    w.around.holds_calls = true;
    w.assign(1);
    w.world.self()->send(w.job, cancel_completion{{1}});
    w.world.settle();
    w.around.answer_held(failure_of(failure_kind::cancelled, w.world.now()));
    CHECK(w.only_reply().reason == "its caller left");
  }
}

TEST_CASE("what the request itself may cost at most is no budget, and no reason to come again") {
  job_world w;
  w.cost_max = nano_usd{1};
  w.assign(1);
  CHECK(w.only_reply().status == completion_status::over_max_cost);
  CHECK_FALSE(w.only_reply().retry_after);
  CHECK(w.around.reserved.empty());
}

TEST_CASE("a sink is told what was tried before its first word") {
  job_world w;
  const delta_sink_actor sink =
      w.world.system().spawn([](delta_sink_actor::pointer) -> delta_sink_actor::behavior_type {
        return {[](const deliver_deltas&) { return deltas_taken{}; }};
      });
  w.sink = sink;
  w.around.on_acquire = [&](const acquire_permit&) {
    return w.around.reserved.size() == 1 ? wait_of(30s) : permit_reply{};
  };
  w.assign(1);
  REQUIRE(w.around.calls.size() == 1);
  REQUIRE(w.around.calls[0].prelude);
  const reply_prelude& told = *w.around.calls[0].prelude;
  using routing::standing;
  CHECK(told.tried
        == std::vector<routing::tried_model>{{{"a"}, standing::no_room}, {{"b"}, standing::answered}});
  CHECK(told.tried == routing::tried(*w.only_reply().plan));
  CHECK(told.input_likely == w.only_reply().plan->models[1].input_likely);
  w.world.self()->send_exit(sink, caf::exit_reason::user_shutdown);
}
