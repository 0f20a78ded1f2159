#include "bench/limits/budget_trial.hpp"

#include "bench/limits/workload.hpp"
#include "core/instant.hpp"
#include "core/money/spend_queue.hpp"

#include <algorithm>
#include <cmath>
#include <queue>
#include <unordered_map>

namespace bench {
namespace {

using namespace spillway;
using namespace std::chrono_literals;

/// gpt-4o, in nano-dollars a token.
/// Source: https://developers.openai.com/api/docs/pricing (2026-09).
constexpr std::int64_t input_price = 2'500;
constexpr std::int64_t output_price = 10'000;
/// A token covers one byte at least, and four on average.
constexpr std::int64_t bytes_per_token = 4;
constexpr double output_median = 400;
constexpr double output_sigma = 0.8;

const wall_time noon = wall_time_from_unix_nanos(1'795'521'600'000'000'000);

struct priced_call {
  nano_usd most;
  nano_usd actual;
  duration takes{};
};

class price_draw {
public:
  explicit price_draw(std::uint64_t seed) : load_{{"", 60, {}}, seed}, replies_{seed + 1'000} {}

  priced_call next() {
    const offered_call c = load_.next_call();
    const double drawn = output_median * std::exp(output_sigma * replies_.next_normal());
    const std::int64_t output = std::clamp<std::int64_t>(std::llround(drawn), 1, c.output_max);
    return {nano_usd{c.input * bytes_per_token * input_price + c.output_max * output_price},
            nano_usd{c.input * input_price + output * output_price},
            1s + output * 10ms};
  }

private:
  workload load_;
  simulator::chance replies_;
};

/// Calls in flight, and what each agent asks for next.
class fleet {
public:
  fleet(std::size_t agents, std::uint64_t seed) : draw_{seed}, next_(agents) {
    for (priced_call& c : next_)
      c = draw_.next();
  }

  const priced_call& wish(std::size_t agent) const { return next_[agent]; }

  void start(std::size_t agent, wall_time now) {
    in_flight_.push({now + next_[agent].takes, agent});
    ++calls;
  }
  bool anybody_calls() const { return !in_flight_.empty(); }

  struct ended_call {
    std::size_t agent = 0;
    nano_usd cost;
    wall_time at{};
  };
  /// The next call that ends; its agent wishes for another.
  ended_call end_next() {
    const auto [at, agent] = in_flight_.top();
    in_flight_.pop();
    const nano_usd cost = next_[agent].actual;
    next_[agent] = draw_.next();
    return {agent, cost, at};
  }

  std::int64_t calls = 0;

private:
  using entry = std::pair<wall_time, std::size_t>;
  price_draw draw_;
  std::vector<priced_call> next_;
  std::priority_queue<entry, std::vector<entry>, std::greater<>> in_flight_;
};

double share(nano_usd part, nano_usd whole) {
  return static_cast<double>(part.value()) / static_cast<double>(whole.value());
}

} // namespace

double budget_result::overshoot_ratio() const noexcept {
  return share(std::max(spent - budget, nano_usd{0}), budget);
}

double budget_result::stranded_ratio() const noexcept {
  return share(std::max(budget - spent, nano_usd{0}), budget);
}

budget_result run_spillway_budget(nano_usd budget, std::size_t agents, std::uint64_t seed) {
  const money::budget_rule rule{"global", "", money::period::total, budget,
                                money::exhausted_policy::wait};
  money::ledger ledger{{rule}, "UTC"};
  money::spend_queue queue;
  fleet f{agents, seed};
  std::unordered_map<std::uint64_t, std::size_t> agent_of;
  std::vector<std::uint64_t> held(agents);
  std::uint64_t ids = 0;
  const auto grant = [&](std::uint64_t id, wall_time now) {
    const std::size_t agent = agent_of.at(id);
    held[agent] = id;
    f.start(agent, now);
  };
  const auto ask = [&](std::size_t agent, wall_time now) {
    agent_of[++ids] = agent;
    const nano_usd most = f.wish(agent).most;
    const auto answer = queue.ask(ledger, {{ids}, {}, most, most, now + 24h}, now);
    if (answer && answer->reserved)
      grant(ids, now);
  };
  for (std::size_t agent = 0; agent < agents; ++agent)
    ask(agent, noon);
  budget_result out{"spillway", budget, agents, 0, {}};
  while (f.anybody_calls()) {
    const auto ended = f.end_next();
    ledger.settle({held[ended.agent]}, ended.cost);
    out.spent += ended.cost;
    for (const money::late_answer& a : queue.answer(ledger, ended.at))
      if (a.decision.reserved)
        grant(a.id.value, ended.at);
    ask(ended.agent, ended.at);
  }
  out.calls = f.calls;
  return out;
}

budget_result run_post_charging_budget(nano_usd budget, std::size_t agents, std::uint64_t seed) {
  fleet f{agents, seed};
  budget_result out{"post_charging", budget, agents, 0, {}};
  for (std::size_t agent = 0; agent < agents; ++agent)
    f.start(agent, noon);
  while (f.anybody_calls()) {
    const auto ended = f.end_next();
    out.spent += ended.cost;
    if (out.spent < budget)
      f.start(ended.agent, ended.at);
  }
  out.calls = f.calls;
  return out;
}

} // namespace bench
