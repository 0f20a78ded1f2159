#include "agents/react_agent.hpp"
#include "config/load.hpp"
#include "runtime/local_world.hpp"
#include "runtime/run_report.hpp"
#include "runtime/runtime.hpp"

#include <caf/scoped_actor.hpp>
#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <future>
#include <thread>

using namespace spillway;
using namespace std::chrono_literals;

namespace {

constexpr const char* quick_route = R"(
[routes]
default = ["gpt-4o-mini", "gpt-3.5-turbo"]
vendors = ["gpt-4o-mini", "gpt-3.5-turbo", "gemini-2.5-flash-lite"]
[routing]
output_default = 100
)";

simulator::latency_shape quick() {
  return {2ms, 0.5, {}, 50ms};
}

/// A runtime over real sockets and a simulated provider.
struct local_runtime {
  explicit local_runtime(const std::string& extra = {}, runtime::local_world_options options = {}) {
    auto settings = config::load_text(quick_route + extra, "test");
    if (!settings)
      throw std::runtime_error{settings.failure().message};
    options.latency = quick();
    auto w = runtime::local_world::start(*settings, std::move(options));
    REQUIRE(w);
    world = std::move(*w);
    runtime::runtime_options r;
    r.settings = std::move(*settings);
    r.environment = runtime::local_world::environment();
    r.on_alert = [this](const raise_alert& a) { alerts.push_back(a); };
    r.on_give_up = [this](const std::string& why) { gave_up.set_value(why); };
    auto started = runtime::runtime::start(std::move(r));
    if (!started)
      throw std::runtime_error{started.failure().message};
    rt = std::move(*started);
  }

  std::vector<raise_alert> alerts; ///< written by the sink; read after stop()
  std::promise<std::string> gave_up;
  std::unique_ptr<runtime::local_world> world;
  std::unique_ptr<runtime::runtime> rt;
};

run_completion question(const std::string& target, duration deadline = 20s) {
  auto chat = std::make_shared<chat_request>();
  chat->messages.push_back({chat_role::user, "Which rivers flow into the Baltic?", {}, {}, {}});
  run_completion r;
  r.target = target;
  r.chat = std::move(chat);
  r.deadline = deadline;
  return r;
}

nano_usd cost_of(local_runtime& w, const model_id& model) {
  caf::scoped_actor self{w.rt->system()};
  nano_usd cost;
  self->request(w.rt->actors().budget, 10s, get_cumulative_cost{model, money::period::day})
      .receive([&](const cumulative_cost& m) { cost = m.sum.cost; },
               [](const caf::error& why) { FAIL(caf::to_string(why)); });
  return cost;
}

} // namespace

TEST_CASE("a blocking client gets an answer over real HTTP, paid and traced") {
  local_runtime w;
  const completion_reply r = w.rt->client()->complete(question("default"));
  REQUIRE(r.status == completion_status::answered);
  CHECK(r.model.value == "gpt-4o-mini");
  CHECK_FALSE(r.reply->message.text.empty());
  CHECK(r.cost.total > nano_usd{0});
  const auto stopped = w.rt->stop(5s);
  CHECK(stopped.last.router.usage.answered == 1);
  CHECK(stopped.last.traces.delivered == 1);
  CHECK(stopped.last.traces.pending == 0);
  CHECK(w.world->traces().generations == 1);
  CHECK(w.world->traces().cost_total == r.cost.total);
  CHECK(w.world->traces().refused == 0);
}

TEST_CASE("what a plan foretells is what then happens, and planning calls nobody") {
  local_runtime w;
  caf::scoped_actor self{w.rt->system()};
  completion_plan foretold;
  self->request(w.rt->router(), 10s, plan_completion{question("default")})
      .receive([&](completion_plan& m) { foretold = std::move(m); },
               [](const caf::error& why) { FAIL(caf::to_string(why)); });
  CHECK(foretold.status == completion_status::answered);
  CHECK(w.world->provider().models["gpt-4o-mini"].requests == 0);
  const completion_reply r = w.rt->client()->complete(question("default"));
  REQUIRE(r.plan);
  REQUIRE(r.plan->models.size() == foretold.plan.models.size());
  CHECK(r.plan->chosen == foretold.plan.chosen);
  CHECK(r.plan->models[0].model == r.model);
  CHECK(r.plan->models[0].worst_cost == foretold.plan.models[0].worst_cost);
  CHECK(r.plan->models[0].now == routing::standing::answered);
}

TEST_CASE("clients on many threads are all answered, on several I/O threads") {
  local_runtime w{"[runtime]\nio_threads = 3\n"};
  std::vector<std::thread> threads;
  std::atomic<int> answered = 0;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      auto client = w.rt->client();
      for (int i = 0; i < 10; ++i)
        answered += client->complete(question("default")).status == completion_status::answered;
    });
  for (std::thread& t : threads)
    t.join();
  CHECK(answered == 40);
  CHECK(w.world->provider().refused_by_limits() == 0);
}

TEST_CASE("an unknown model is refused with the nearest one known") {
  local_runtime w;
  const completion_reply r = w.rt->client()->complete(question("gpt-4o-mimi"));
  CHECK(r.status == completion_status::unknown_target);
  CHECK(r.reason.find("gpt-4o-mini") != std::string::npos);
}

TEST_CASE("a request larger than any context is refused before a call is made") {
  local_runtime w;
  auto chat = std::make_shared<chat_request>();
  chat->messages.push_back({chat_role::user, std::string(8'000'000, 'x'), {}, {}, {}});
  run_completion r = question("default");
  r.chat = chat;
  const completion_reply reply = w.rt->client()->complete(std::move(r));
  CHECK(reply.status == completion_status::context_too_long);
  CHECK(reply.attempts.empty());
}

TEST_CASE("a budget of zero refuses every call that costs") {
  local_runtime w{"[[budget.rules]]\nperiod = \"day\"\nlimit_usd = 0\n"};
  const completion_reply r = w.rt->client()->complete(question("default"));
  CHECK(r.status == completion_status::over_budget);
  CHECK(w.rt->look().router.usage.by_model.empty());
}

TEST_CASE("without any key the runtime does not start, and says which variables would help") {
  auto settings = config::load_text("", "test");
  REQUIRE(settings);
  runtime::runtime_options options;
  options.settings = *settings;
  options.environment = [](const std::string&) { return std::nullopt; };
  const auto started = runtime::runtime::start(std::move(options));
  REQUIRE_FALSE(started);
  CHECK(started.failure().message.find("OPENAI_API_KEY") != std::string::npos);
}

TEST_CASE("a provider that is down from the start is named in the refusal") {
  local_runtime w;
  w.world.reset();
  const completion_reply r = w.rt->client()->complete(question("gpt-4o-mini", 1500ms));
  CHECK((r.status == completion_status::upstream_failed
         || r.status == completion_status::deadline_exceeded));
  CHECK(r.attempts.size() >= 1);
  CHECK(r.attempts[0].failure == failure_kind::unreachable);
}

TEST_CASE("each injected fault has the outcome that its kind deserves") {
  using simulator::fault_kind;
  struct row {
    fault_kind fault;
    completion_status status;
    const char* answered_by;
  };
  const row table[] = {
      // What condemns the key condemns its other models too.
      {fault_kind::quota_exhausted, completion_status::answered, "gemini-2.5-flash-lite"},
      {fault_kind::unauthorized, completion_status::answered, "gemini-2.5-flash-lite"},
      {fault_kind::model_not_found, completion_status::answered, "gpt-3.5-turbo"},
      {fault_kind::server_error, completion_status::answered, "gpt-4o-mini"},
      {fault_kind::overloaded, completion_status::answered, "gpt-4o-mini"},
      {fault_kind::reset, completion_status::answered, "gpt-4o-mini"},
      {fault_kind::garbage, completion_status::answered, "gpt-4o-mini"},
      {fault_kind::truncated_body, completion_status::answered, "gpt-4o-mini"},
  };
  for (const row& r : table) {
    INFO(simulator::to_string(r.fault));
    runtime::local_world_options options;
    simulator::fault_rule rule;
    rule.kind = r.fault;
    rule.model = "gpt-4o-mini";
    rule.last = 1;
    options.faults.push_back(rule);
    local_runtime w{{}, options};
    const completion_reply reply = w.rt->client()->complete(question("vendors"));
    CHECK(reply.status == r.status);
    CHECK(reply.model.value == r.answered_by);
    CHECK(reply.attempts.size() == 2);
    CHECK(w.rt->look().budget.open_reservations == 0);
  }
}

TEST_CASE("a call that stalls is cut at its deadline and the caller is told") {
  runtime::local_world_options options;
  simulator::fault_rule rule;
  rule.kind = simulator::fault_kind::stall;
  options.faults.push_back(rule);
  local_runtime w{{}, options};
  const completion_reply r = w.rt->client()->complete(question("gpt-4o-mini", 300ms));
  CHECK(r.status == completion_status::deadline_exceeded);
}

TEST_CASE("stopping with calls in flight answers each of them once") {
  runtime::local_world_options options;
  simulator::fault_rule rule;
  rule.kind = simulator::fault_kind::stall;
  options.faults.push_back(rule);
  local_runtime w{{}, options};
  std::vector<std::future<completion_status>> callers;
  for (int i = 0; i < 8; ++i)
    callers.push_back(std::async(std::launch::async, [&] {
      return w.rt->client()->complete(question("gpt-4o-mini")).status;
    }));
  while (w.rt->look().router.in_flight < 8)
    std::this_thread::yield();
  const auto stopped = w.rt->stop(10ms);
  CHECK(stopped.cancelled == 8);
  for (auto& c : callers)
    CHECK(c.get() == completion_status::cancelled);
  CHECK(stopped.last.budget.open_reservations == 0);
}

TEST_CASE("a provider actor that dies is started again, and calls go on") {
  local_runtime w;
  auto client = w.rt->client();
  REQUIRE(client->complete(question("gpt-4o-mini")).status == completion_status::answered);
  caf::scoped_actor self{w.rt->system()};
  self->send_exit(w.rt->actors().targets[0].target.provider, caf::exit_reason::unhandled_exception);
  self->wait_for(w.rt->actors().targets[0].target.provider);
  completion_reply r;
  do
    r = client->complete(question("gpt-4o-mini"));
  while (r.status == completion_status::upstream_failed);
  CHECK(r.status == completion_status::answered);
}

TEST_CASE("two runtimes live in one process") {
  local_runtime one;
  local_runtime other;
  CHECK(one.rt->client()->ask("default", "hello").status == completion_status::answered);
  CHECK(other.rt->client()->ask("default", "hello").status == completion_status::answered);
  one.rt->stop(1s);
  CHECK(other.rt->client()->ask("default", "hello").status == completion_status::answered);
}

TEST_CASE("what was spent and used is still counted after a restart with a journal") {
  std::string folder = "/tmp/spillway-test-XXXXXX";
  REQUIRE(mkdtemp(folder.data()) != nullptr);
  const std::string path = folder + "/journal";
  const std::string journal = "[journal]\npath = \"" + path
                              + "\"\n[[budget.rules]]\nperiod = \"day\"\nlimit_usd = 1\n"
                                "[models.gpt-4o-mini.limits]\nrequests_per_minute = 3\n";
  nano_usd spent;
  {
    local_runtime w{journal};
    auto client = w.rt->client();
    for (int i = 0; i < 3; ++i)
      REQUIRE(client->complete(question("gpt-4o-mini")).status == completion_status::answered);
    spent = w.rt->look().budget.accounts.at(0).spent;
    CHECK(cost_of(w, {"gpt-4o-mini"}) == spent);
    client.reset();
    w.rt->stop(1s);
  }
  CHECK(spent > nano_usd{0});
  local_runtime w{journal};
  CHECK(w.rt->look().budget.accounts.at(0).spent == spent);
  CHECK(cost_of(w, {"gpt-4o-mini"}) == spent);
  CHECK(cost_of(w, {"gpt-4o"}) == nano_usd{0});
  const completion_reply r = w.rt->client()->complete(question("gpt-4o-mini", 200ms));
  CHECK(r.status == completion_status::rate_limited);
  CHECK(r.retry_after.value_or(0s) > 50s);
  w.rt->stop(1s);
  std::filesystem::remove_all(folder);
}

TEST_CASE("an agent uses its tools until it has an answer") {
  local_runtime w;
  auto tools = w.rt->system().spawn([]() -> tool_runner_actor::behavior_type {
    return {[](const run_tools& m) {
      tools_reply r;
      for (const tool_call& c : m.calls)
        r.observations.push_back({chat_role::tool, "notes.txt\t120 bytes", {}, {}, c.id});
      return r;
    }};
  });
  const std::vector<tool_definition> definitions{
      {"list_files", "List files", R"({"type":"object","properties":{}})"}};
  const react_agent_actor agent = w.rt->system().spawn(
      agents::react_agent, agents::react_agent_options{w.rt->router(), tools, definitions});
  run_agent job;
  job.name = "reader";
  job.task = "What files are there?";
  job.steps_max = 8;
  caf::scoped_actor self{w.rt->system()};
  agent_reply reply;
  self->request(agent, 20s, job)
      .receive([&](agent_reply& r) { reply = std::move(r); }, [](const caf::error&) {});
  CHECK(reply.outcome == agent_outcome::finished);
  CHECK(reply.tool_calls >= 1);
  CHECK_FALSE(reply.text.empty());
  CHECK(reply.cost > nano_usd{0});
}
