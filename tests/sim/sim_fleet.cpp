#include "tests/sim/sim_fleet.hpp"

#include "config/load.hpp"

#include <caf/event_based_actor.hpp>

#include <algorithm>

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<spillway::run_completion>)

namespace spillway::tests {
namespace {

using namespace std::chrono_literals;

/// Requests are numbered from here, so that a test can name them.
constexpr std::uint64_t first_number = 1;

constexpr const char* settings_text = R"(
[routing]
default_route = "all"
wait_max = "3s"
[routes]
all = ["gpt-4o-mini", "gemini-2.5-flash-lite", "claude-haiku-4-5", "gpt-3.5-turbo"]
[models.gpt-4o-mini.limits]
requests_per_minute = 12
tokens_per_minute = 4000
concurrent_requests = 4
[models."gemini-2.5-flash-lite".limits]
requests_per_minute = 8
[models."claude-haiku-4-5".limits]
requests_per_minute = 40
input_tokens_per_minute = 4000
output_tokens_per_minute = 3000
[models."gpt-3.5-turbo".limits]
requests_per_minute = 20
requests_per_day = 30
[langfuse]
flush_at = 8
)";

config::settings settings_of(const sim_plan& plan) {
  auto settings = config::load_text(settings_text, "simulation");
  if (!settings)
    throw std::runtime_error{settings.failure().message};
  settings->budget.rules.push_back(
      {"global", "", money::period::day, plan.budget, plan.on_exhausted});
  return std::move(*settings);
}

config::environment all_keys() {
  return [](const std::string& name) -> std::optional<std::string> {
    return name.ends_with("_KEY") ? std::optional<std::string>{"simulated"} : std::nullopt;
  };
}

simulator::provider_options provider_options_of(const sim_plan& plan, virtual_system& world) {
  simulator::provider_options p;
  for (const model_entry& model : settings_of(plan).models) {
    simulator::model_rules rules;
    rules.quota.requests_per_minute = model.limits.requests_per_minute;
    rules.quota.tokens_per_minute = model.limits.tokens_per_minute;
    rules.quota.input_tokens_per_minute = model.limits.input_tokens_per_minute;
    rules.quota.output_tokens_per_minute = model.limits.output_tokens_per_minute;
    rules.quota.requests_per_day = model.limits.requests_per_day;
    rules.quota.window = plan.window;
    if (model.charged_as == token_charge::input_only)
      rules.quota.charge = simulator::charge_formula::input_only;
    rules.latency.median = 900ms;
    p.models[model.upstream_name] = rules;
  }
  p.faults = plan.faults;
  p.seed = plan.seed;
  p.clock = [&world] { return instant{world.now(), world.wall()(world.now())}; };
  p.schedule = [&world](duration delay, std::function<void()> run) {
    world.schedule(delay, std::move(run));
  };
  return p;
}

transport::http_handler by_target(transport::http_handler provider,
                                  transport::http_handler receiver) {
  return [=](wire::http_request request, transport::http_responder reply) {
    const bool trace = request.target.starts_with("/api/public/");
    (trace ? receiver : provider)(std::move(request), std::move(reply));
  };
}

} // namespace

sim_plan draw_plan(std::uint64_t seed) {
  std::minstd_rand random{static_cast<std::minstd_rand::result_type>(seed * 7919 + 1)};
  using simulator::fault_kind;
  constexpr fault_kind kinds[] = {
      fault_kind::quota_exhausted, fault_kind::server_error, fault_kind::overloaded,
      fault_kind::unauthorized,    fault_kind::error_in_ok,  fault_kind::truncated_body,
      fault_kind::stall,           fault_kind::reset,        fault_kind::garbage};
  constexpr simulator::window_kind windows[] = {simulator::window_kind::sliding,
                                                simulator::window_kind::token_bucket,
                                                simulator::window_kind::calendar};
  sim_plan plan;
  plan.seed = seed;
  plan.window = windows[random() % 3];
  plan.journal = random() % 2 == 0;
  plan.kill_limiters = random() % 4 == 0;
  if (random() % 3 == 0)
    plan.budget = nano_usd{static_cast<std::int64_t>(random() % 3'000'000)};
  plan.on_exhausted = static_cast<money::exhausted_policy>(random() % 3);
  for (std::uint64_t i = random() % 3; i > 0; --i) {
    simulator::fault_rule rule;
    rule.kind = kinds[random() % std::size(kinds)];
    rule.probability = 0.2;
    plan.faults.push_back(rule);
  }
  return plan;
}

sim_fleet::sim_fleet(const sim_plan& plan)
    : plan_{plan},
      random_{static_cast<std::minstd_rand::result_type>(plan.seed + 17)},
      world_{plan.seed},
      provider_{provider_options_of(plan, world_)},
      http_{std::make_shared<virtual_http>(
          world_, by_target(provider_.handler(), receiver_.handler()), plan.seed)} {
  if (plan.journal)
    journal_ = std::move(*storage::journal::open(":memory:"));
  wire();
  client_ = world_.system().spawn([this](caf::event_based_actor* self) -> caf::behavior {
    return {[this, self](std::uint64_t number, const std::shared_ptr<run_completion>& request) {
      self->request(actors_.router, caf::infinite, *request)
          .then([this, number](const completion_reply& r) { replies_[number].push_back(r); },
                [](const caf::error&) {}); // lost in a crash
    }};
  });
  world_.settle();
}

void sim_fleet::wire() {
  runtime::wiring_options w;
  w.settings = settings_of(plan_);
  auto secrets = config::read_environment(w.settings, all_keys());
  if (!secrets)
    throw std::runtime_error{secrets.failure().message};
  w.secrets = std::move(*secrets);
  w.make_http =
      [this](const runtime::http_client_needs&) -> result<std::shared_ptr<transport::http_client>> {
    return std::shared_ptr<transport::http_client>{http_};
  };
  w.journal = journal_;
  w.journal_detached = false;
  w.wall = world_.wall();
  w.seed = plan_.seed;
  w.on_alert = [](const alerts::notice&) {};
  w.on_give_up = [](const std::string&) {};
  auto wired = runtime::wire_actors(world_.system(), std::move(w));
  if (!wired)
    throw std::runtime_error{wired.failure().message};
  actors_ = std::move(*wired);
}

sim_fleet::~sim_fleet() {
  world_.self()->send_exit(client_, caf::exit_reason::user_shutdown);
  world_.settle();
  stop(caf::exit_reason::user_shutdown);
}

void sim_fleet::stop(caf::exit_reason how) {
  const auto end = [this, how](const auto& whom) {
    if (whom)
      world_.self()->send_exit(whom, how);
    // An orderly end leaves each time for its last words; a crash takes all at once.
    if (how == caf::exit_reason::user_shutdown)
      world_.settle();
  };
  end(actors_.supervisor);
  end(actors_.router);
  for (const runtime::supervised_target& t : actors_.targets) {
    end(t.target.limiter);
    end(t.target.provider);
  }
  end(actors_.traces);
  end(actors_.budget);
  end(actors_.alerts);
  end(actors_.journal);
  end(actors_.spool);
  world_.settle();
}

void sim_fleet::crash_and_restart() {
  for (const auto& [number, replies] : replies_)
    if (replies.empty() && sent_.count(number) > 0)
      lost_.insert(number);
  stop(caf::exit_reason::kill);
  wire();
}

bool sim_fleet::run() {
  for (std::uint64_t n = first_number;
       n < first_number + static_cast<std::uint64_t>(plan_.requests); ++n) {
    replies_[n];
    const auto span = static_cast<std::uint64_t>(plan_.arrivals_within.count());
    world_.schedule(duration{static_cast<std::int64_t>(random_() * 2147483647ULL % span)},
                    [this, n] { send(n); });
  }
  if (plan_.kill_limiters)
    for (const duration at : {3s, 8s, 20s})
      world_.schedule(at, [this] { kill_a_limiter(); });
  for (int i = 0; i < plan_.crashes; ++i)
    world_.schedule(std::chrono::milliseconds{random_() % 40'000}, [this] { crash_and_restart(); });
  while (!all_answered()) {
    if (!world_.step())
      return false;
    look_at_budget();
  }
  return true;
}

void sim_fleet::send(std::uint64_t number) {
  auto chat = std::make_shared<chat_request>();
  chat->messages.push_back({chat_role::user, std::string(40 + random_() % 2000, 'q'), {}, {}, {}});
  if (random_() % 8 != 0) // or the budget bounds the reply
    chat->output_tokens_max = token_count{20 + static_cast<std::int64_t>(random_() % 300)};
  auto request = std::make_shared<run_completion>();
  request->id = {number};
  request->target = plan_.target;
  request->chat = std::move(chat);
  request->deadline = std::chrono::seconds{5 + random_() % 120};
  request->level = static_cast<rate::priority>(random_() % 3);
  request->labels.team = random_() % 2 == 0 ? "red" : "blue";
  sent_.insert(number);
  world_.self()->send(client_, number, std::move(request));
  if (random_() % 8 == 0)
    world_.schedule(std::chrono::milliseconds{random_() % 4000},
                    [this, number] { cancel_later(number); });
}

void sim_fleet::cancel_later(std::uint64_t number) {
  world_.self()->send(actors_.router, cancel_completion{{number}});
}

void sim_fleet::kill_a_limiter() {
  const auto& t = actors_.targets[random_() % actors_.targets.size()];
  world_.self()->send_exit(t.target.limiter, caf::exit_reason::unhandled_exception);
}

void sim_fleet::look_at_budget() {
  for (const money::account_status& a : budget().accounts)
    overshoot_ = std::max(overshoot_, a.spent + a.reserved - a.limit);
}

bool sim_fleet::all_answered() const {
  return std::ranges::all_of(
      replies_, [this](const auto& e) { return !e.second.empty() || lost_.count(e.first) > 0; });
}

trace_status sim_fleet::flush() {
  trace_status status;
  world_.self()->send(actors_.traces, flush_traces{1h});
  world_.run_until([&] {
    status = world_.ask<trace_status>(actors_.traces, get_trace_status{});
    return status.pending == 0;
  });
  return status;
}

budget_status sim_fleet::budget() {
  return world_.ask<budget_status>(actors_.budget, get_budget_status{});
}

cumulative_cost sim_fleet::costs() {
  return world_.ask<cumulative_cost>(actors_.budget, get_cumulative_cost{});
}

std::optional<nano_usd> sim_fleet::journaled() {
  if (!journal_)
    return std::nullopt;
  return ledger().spent;
}

storage::verification sim_fleet::ledger() {
  world_.advance(1s);
  return *journal_->verify();
}

router_status sim_fleet::router() {
  return world_.ask<router_status>(actors_.router, get_router_status{});
}

std::vector<limiter_status> sim_fleet::limiters() {
  std::vector<limiter_status> out;
  if (plan_.kill_limiters)
    return out;
  for (const runtime::supervised_target& t : actors_.targets)
    out.push_back(world_.ask<limiter_status>(t.target.limiter, get_limiter_status{}));
  return out;
}

} // namespace spillway::tests
