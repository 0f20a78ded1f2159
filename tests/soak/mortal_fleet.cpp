#include "tests/soak/mortal_fleet.hpp"

#include "runtime/runtime.hpp"
#include "simulator/chance.hpp"
#include "tests/soak/soak_settings.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include <cstdio>
#include <set>
#include <string>
#include <thread>

namespace spillway::soak {
namespace {

using namespace std::chrono_literals;

constexpr auto asks_every = 18ms;
constexpr std::size_t open_max = 64;
constexpr auto lifetime_max = 60s;

run_completion next_request(std::uint64_t life, std::uint64_t number, simulator::chance& chance) {
  constexpr const char* routes[] = {"default", "tokens", "day", "only"};
  auto chat = std::make_shared<chat_request>();
  std::string question = "Life " + std::to_string(life) + ", call " + std::to_string(number) + ": ";
  question.append(20 + chance.next_below(300), 'q');
  chat->messages.push_back({chat_role::user, std::move(question), {}, {}, {}});
  chat->output_tokens_max = token_count{16 + static_cast<std::int64_t>(chance.next_below(80))};
  run_completion request;
  request.target = routes[chance.next_below(4)];
  request.chat = std::move(chat);
  request.deadline = 2s;
  request.level = static_cast<rate::priority>(chance.next_below(3));
  if (chance.next_below(2) == 0)
    request.labels.team = "t" + std::to_string(life / lives_per_team);
  return request;
}

/// Keeps asking, faster than the limits allow.
struct caller_state {
  caf::event_based_actor* self = nullptr;
  router_actor router;
  simulator::chance chance{1};
  std::uint64_t life = 0;
  std::uint64_t asked = 0;
  std::size_t open = 0;

  void ask() {
    self->delayed_send(self, asks_every, wake_due{});
    if (open == open_max)
      return;
    ++open;
    self->request(router, caf::infinite, next_request(life, ++asked, chance))
        .then([this](const completion_reply&) { --open; }, [this](const caf::error&) { --open; });
  }
};

caf::behavior caller(caf::stateful_actor<caller_state>* self, const router_actor& router,
                     std::uint64_t life, std::uint64_t seed) {
  self->state.self = self;
  self->state.router = router;
  self->state.life = life;
  self->state.chance = simulator::chance{seed ^ (life * 0x9e3779b97f4a7c15)};
  self->state.ask();
  return {[self](wake_due) { self->state.ask(); }};
}

config::settings settings_of(const mortal_fleet_options& options) {
  config::settings s = soak_settings(options.points);
  for (config::provider_settings& p : s.providers)
    p.url = {false, "127.0.0.1", options.provider_port, "/v1"};
  s.langfuse.url = {false, "127.0.0.1", options.traces_port, {}};
  s.journal.path = options.journal;
  return s;
}

/// Asks for nothing itself, but what the last life left behind for Langfuse must get there.
int report(runtime::runtime& rt) {
  caf::scoped_actor self{rt.system()};
  trace_status traces;
  self->request(rt.actors().traces, caf::infinite, flush_traces{30s})
      .receive([&](const trace_status& s) { traces = s; }, [](const caf::error&) {});
  for (const money::account_status& a : rt.look().budget.accounts)
    std::printf("account %lld %lld %lld %s\n", static_cast<long long>(a.limit.value()),
                static_cast<long long>(a.spent.value()), static_cast<long long>(a.reserved.value()),
                a.account.c_str());
  std::printf("traces %zu %zu\n", traces.pending, traces.dead);
  std::fflush(stdout);
  rt.stop(1s);
  return 0;
}

} // namespace

int run_mortal_fleet(const mortal_fleet_options& options) {
  if (options.death)
    plan_death(*options.death);
  runtime::runtime_options r;
  r.settings = settings_of(options);
  r.environment = soak_environment();
  r.on_alert = [told = std::set<std::string>{}](const alerts::notice& n) mutable {
    if (n.what.severity == alert_severity::critical && told.insert(n.what.key.rule).second)
      std::fprintf(stderr, "soak: %s\n", line_of(n).c_str());
  };
  auto rt = runtime::runtime::start(std::move(r));
  if (!rt) {
    std::fprintf(stderr, "soak: %s\n", rt.failure().message.c_str());
    return 1;
  }
  if (options.report)
    return report(**rt);
  (*rt)->system().spawn(caller, (*rt)->router(), options.life, options.seed);
  std::this_thread::sleep_for(options.stop_after_ms
                                  ? std::chrono::milliseconds{*options.stop_after_ms}
                                  : std::chrono::milliseconds{lifetime_max});
  (*rt)->stop(200ms);
  return 0;
}

} // namespace spillway::soak
