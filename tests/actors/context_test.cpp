#include "actors/completion_job.hpp"
#include "actors/router.hpp"
#include "core/report/generation.hpp"
#include "tests/actors/fake_neighbours.hpp"

#include <caf/event_based_actor.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace spillway;
using namespace std::chrono_literals;
using context::outcome;
using context::strategy;
using tests::fake_neighbours;
using tests::virtual_system;

namespace {

model_entry entry(const std::string& id, std::int64_t context_max) {
  model_entry m = tests::priced_model(id);
  m.upstream_name = "gpt-4o"; // whose tokens are counted exactly
  m.context_max = token_count{context_max};
  m.output_max = token_count{500};
  return m;
}

/// A text of about so many tokens, in sentences and paragraphs.
std::string prose(int words) {
  std::string text;
  for (int i = 1; i <= words; ++i)
    text += " word" + std::string(i % 12 == 0 ? "." : "") + (i % 120 == 0 ? "\n\n" : "");
  return text;
}

/// A router over "small", which holds 2,000 tokens, and "large".
struct context_world {
  virtual_system world;
  fake_neighbours around{world};
  router_self router;

  context_world() {
    actors::router_options o = around.router_options(rules());
    for (const char* model : {"small", "large"})
      o.targets[{model}] = {call_target{{"p/a"}, around.limiter, around.provider, 0, {"p/a"}, 1}};
    router = world.system().spawn(actors::router, std::move(o));
  }
  ~context_world() {
    world.self()->send_exit(router, caf::exit_reason::user_shutdown);
    world.settle();
  }

  routing::rules rules() const {
    routing::rules out;
    out.models =
        std::make_shared<const catalog>(std::vector{entry("small", 2'000), entry("large", 50'000)});
    out.routes = {{"both", {{"small"}, {"large"}}}};
    out.default_route = "both";
    out.fallback = {2s, false};
    return out;
  }

  run_completion request(std::string text, strategy how, const std::string& target = "small") {
    auto chat = std::make_shared<chat_request>();
    chat->messages.push_back({chat_role::system, "You are brief.", {}, {}, {}});
    chat->messages.push_back({chat_role::user, std::move(text), {}, {}, {}});
    chat->output_tokens_max = token_count{200};
    run_completion m;
    m.target = target;
    m.chat = chat;
    m.context_strategy = how;
    return m;
  }

  completion_reply ask(run_completion m) {
    return world.ask<completion_reply>(router, std::move(m));
  }

  std::string text_of_call(std::size_t i) const {
    return around.calls.at(i).chat->messages.back().text;
  }
};

} // namespace

TEST_CASE("a prompt that fits is left alone, whatever its strategy") {
  context_world w;
  for (const strategy how : {strategy::automatic, strategy::error, strategy::chunk}) {
    const completion_reply r = w.ask(w.request(prose(500), how));
    CHECK(r.status == completion_status::answered);
    CHECK(r.prompt.what == outcome::as_it_is);
  }
  CHECK(w.around.calls.size() == 3);
}

TEST_CASE("a prompt that is too long is refused before any call, with its figures") {
  context_world w;
  const completion_reply r = w.ask(w.request(prose(5'000), strategy::error, "both"));
  CHECK(r.status == completion_status::context_too_long);
  CHECK_THAT(r.reason, Catch::Contains("small holds 2000"));
  CHECK(w.around.calls.empty());
  CHECK(w.around.reserved.empty());
}

TEST_CASE("a larger model of the route takes a long prompt whole, and the reply says so") {
  context_world w;
  const completion_reply r = w.ask(w.request(prose(5'000), strategy::fallback, "both"));
  REQUIRE(r.status == completion_status::answered);
  CHECK(r.model.value == "large");
  CHECK(r.prompt.what == outcome::larger_model);
  CHECK(w.text_of_call(0) == prose(5'000));
  REQUIRE(w.around.traces.size() == 1);
  const auto& told = w.around.traces[0]->metadata;
  CHECK(std::ranges::count(told, std::pair<std::string, std::string>{"long_prompt", "larger_model"})
        == 1);
  const completion_reply alone = w.ask(w.request(prose(5'000), strategy::fallback, "small"));
  CHECK(alone.status == completion_status::context_too_long);
}

TEST_CASE("a prompt is cut to what the model holds, and what went is told") {
  context_world w;
  const completion_reply r = w.ask(w.request(prose(5'000), strategy::truncate));
  REQUIRE(r.status == completion_status::answered);
  CHECK(r.prompt.what == outcome::truncated);
  CHECK_THAT(r.prompt.text, Catch::Contains("left out: "));
  CHECK(w.text_of_call(0).size() < prose(2'000).size());
  CHECK(w.around.calls[0].chat->messages.front().text == "You are brief.");
  const auto totals = w.world.ask<router_status>(w.router, get_router_status{}).usage;
  CHECK(totals.long_prompts.at(outcome::truncated) == 1);
}

TEST_CASE("new rules say what becomes of the long prompts of requests that do not") {
  context_world w;
  run_completion m = w.request(prose(5'000), strategy::error);
  m.context_strategy.reset();
  CHECK(w.ask(m).status == completion_status::context_too_long);
  replace_routing news;
  news.rules = w.rules();
  news.rules.context_strategy = strategy::truncate;
  w.world.self()->send(w.router, news);
  CHECK(w.ask(m).prompt.what == outcome::truncated);
}

TEST_CASE("a long text is asked in parts, a few at once, and their answers are combined") {
  context_world w;
  std::size_t most = 0;
  w.around.on_call = [&](const call_provider&) {
    most = std::max(most, w.around.calls.size());
    provider_reply reply = tests::answer_of(100, 10, w.world.now());
    auto answer = std::make_shared<chat_reply>();
    answer->usage = {token_count{100}, {}, {}, token_count{10}, {}, false};
    answer->message = {chat_role::assistant, "answer " + std::to_string(w.around.calls.size()),
                       {}, {}, {}};
    reply.outcome = std::shared_ptr<const chat_reply>{answer};
    return reply;
  };
  const completion_reply r = w.ask(w.request(prose(10'000), strategy::chunk));
  REQUIRE(r.status == completion_status::answered);
  CHECK(r.prompt.what == outcome::chunked);
  const std::size_t calls = w.around.calls.size();
  REQUIRE(calls >= 7);
  CHECK(r.attempts.size() == calls);
  CHECK(r.cost.total == nano_usd{static_cast<std::int64_t>(calls) * (100 * 1000 + 10 * 2000)});
  // Every word is in some part.
  std::size_t words = 0;
  for (std::size_t i = 0; i + 1 < calls; ++i) {
    const std::string text = w.text_of_call(i);
    CHECK_THAT(text, Catch::Contains(" of " + std::to_string(calls - 1) + " of a text"));
    for (std::size_t at = text.find(" word"); at != std::string::npos; at = text.find(" word", at + 1))
      ++words;
  }
  CHECK(words >= 10'000);
  for (std::size_t i = 1; i < calls; ++i)
    CHECK_THAT(w.text_of_call(calls - 1), Catch::Contains("answer " + std::to_string(i)));
  // All of one trace.
  REQUIRE(w.around.traces.size() == calls);
  for (const auto& trace : w.around.traces)
    CHECK(trace->trace_id == w.around.traces[0]->trace_id);
}

TEST_CASE("a part that is not answered ends the request with its number and its cost") {
  context_world w;
  w.around.on_call = [&](const call_provider&) {
    if (w.around.calls.size() == 3)
      return tests::failure_of(failure_kind::invalid_request, w.world.now());
    return tests::answer_of(100, 10, w.world.now());
  };
  const completion_reply r = w.ask(w.request(prose(10'000), strategy::chunk));
  CHECK(r.status == completion_status::invalid_request);
  CHECK_THAT(r.reason, Catch::Matches("part [0-9]+ of [0-9]+: .*"));
  CHECK(r.cost.total > nano_usd{0});
}

TEST_CASE("a request in parts costs no more than it may, however many parts are under way") {
  context_world w;
  run_completion m = w.request(prose(10'000), strategy::chunk);
  m.cost_max = nano_usd{nano_usd_per_usd / 100};
  const completion_reply refused = w.ask(m);
  CHECK(refused.status == completion_status::over_max_cost);
  CHECK(w.around.calls.empty());
  m.cost_max = nano_usd{nano_usd_per_usd / 20};
  CHECK(w.ask(m).status == completion_status::answered);
  nano_usd worst;
  for (const reserve_spend& r : w.around.reserved)
    worst += r.amount;
  CHECK(worst <= *m.cost_max);
}

TEST_CASE("whoever cancels a request in parts cancels the parts") {
  context_world w;
  w.around.holds_calls = true;
  run_completion m = w.request(prose(10'000), strategy::chunk);
  m.id = w.world.ask<request_id_reply>(w.router, take_request_id{}).id;
  const request_id id = m.id;
  std::optional<completion_reply> reply;
  w.world.system().spawn([&](caf::event_based_actor* self) {
    self->request(w.router, caf::infinite, m)
        .then([&](const completion_reply& r) { reply = r; }, [](const caf::error&) {});
  });
  w.world.settle();
  CHECK(w.around.calls.size() == bounds::chunks_in_flight_max);
  w.world.self()->send(w.router, cancel_completion{id});
  w.world.settle();
  CHECK(w.around.cancelled_calls.size() == bounds::chunks_in_flight_max);
  REQUIRE(reply);
  CHECK(reply->status == completion_status::cancelled);
}

TEST_CASE("a streamed request in parts hears of its progress, then the answer alone") {
  context_world w;
  std::vector<deliver_deltas> heard;
  const delta_sink_actor sink = w.world.system().spawn([&]() -> delta_sink_actor::behavior_type {
    return {[&](const deliver_deltas& m) {
      heard.push_back(m);
      return deltas_taken{};
    }};
  });
  run_completion m = w.request(prose(5'000), strategy::chunk);
  m.sink = sink;
  const completion_reply r = w.ask(std::move(m));
  REQUIRE(r.status == completion_status::answered);
  REQUIRE_FALSE(heard.empty());
  std::size_t done = 0;
  for (const deliver_deltas& h : heard) {
    CHECK(h.parts_done > done);
    CHECK(h.parts == w.around.calls.size() - 1);
    done = h.parts_done;
  }
  CHECK_FALSE(w.around.calls.front().sink);
  CHECK(w.around.calls.back().sink == sink);
  w.world.self()->send_exit(sink, caf::exit_reason::user_shutdown);
  w.world.settle();
}

TEST_CASE("a plan tells what would become of a long prompt, and calls nobody") {
  context_world w;
  const auto plan = [&](strategy how, const std::string& target) {
    return w.world.ask<completion_plan>(w.router,
                                        plan_completion{w.request(prose(5'000), how, target)});
  };
  CHECK(plan(strategy::fallback, "both").prompt.what == outcome::larger_model);
  CHECK(plan(strategy::chunk, "small").prompt.what == outcome::chunked);
  CHECK(plan(strategy::error, "small").status == completion_status::context_too_long);
  CHECK(w.around.calls.empty());
}
