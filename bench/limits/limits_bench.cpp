// Spillway's admission beside what other gateways do, against providers that count in three ways.
// All on virtual time: the figures do not depend on the machine.

#include "bench/limits/budget_trial.hpp"
#include "bench/limits/trial.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <string>
#include <vector>

namespace {

using bench::trial_result;
using spillway::simulator::window_kind;

std::string number_or(const std::optional<double>& value, const char* format,
                      const char* otherwise) {
  if (!value)
    return otherwise;
  char text[32];
  std::snprintf(text, sizeof text, format, *value);
  return text;
}

void print_json(const trial_result& r) {
  std::printf("{\"client\":\"%s\",\"provider\":\"%s\",\"quota\":\"%s\",\"offered\":%lld,"
              "\"rate_limited_ratio\":%.6f,\"use_ratio\":%.5f,\"wait_error_p99_s\":%s}\n",
              r.client.c_str(), r.provider.c_str(), r.quota.c_str(),
              static_cast<long long>(r.offered), r.rate_limited_ratio(), r.use_ratio,
              number_or(r.wait_error_p99_s, "%.3f", "null").c_str());
}

void print_row(const trial_result& r) {
  std::printf("%-18s %-16s %-18s %9lld %9.3f %% %8.2f %% %10s\n", r.client.c_str(),
              r.provider.c_str(), r.quota.c_str(), static_cast<long long>(r.offered),
              100 * r.rate_limited_ratio(), 100 * r.use_ratio,
              number_or(r.wait_error_p99_s, "%.2f s", "-").c_str());
}

void print_budget(const bench::budget_result& r, bool json) {
  const auto cents = [](spillway::nano_usd n) { return static_cast<double>(n.value()) / 1e9; };
  const char* format =
      json ? "{\"client\":\"%s\",\"budget_usd\":%.2f,\"in_flight\":%zu,\"calls\":%lld,"
             "\"spent_usd\":%.9f,\"overshoot_ratio\":%.6f,\"stranded_ratio\":%.6f}\n"
           : "%-18s budget $%.2f, %5zu in flight: %6lld calls, spent $%.6f, overshoot %.4f, "
             "stranded %.4f\n";
  std::printf(format, r.client.c_str(), cents(r.budget), r.in_flight,
              static_cast<long long>(r.calls), cents(r.spent), r.overshoot_ratio(),
              r.stranded_ratio());
}

void run_budgets(bool json) {
  const spillway::nano_usd budget{10 * spillway::nano_usd_per_usd};
  constexpr std::uint64_t seed = 1;
  for (const std::size_t agents : {1, 10, 50, 200, 1'000}) {
    print_budget(bench::run_spillway_budget(budget, agents, seed), json);
    print_budget(bench::run_post_charging_budget(budget, agents, seed), json);
  }
}

struct table_options {
  bool json = false;
  bool tells_work = false;
  double others = 0;
  bool quantised = false;
  std::string only;
  std::vector<std::uint64_t> seeds;
};

void run_table(const table_options& o) {
  if (!o.json)
    std::printf("%-18s %-16s %-18s %9s %11s %10s %10s\n", "client", "provider", "quota", "offered",
                "429s", "use", "wait p99");
  std::vector<std::string> clients{"spillway"};
  clients.insert(clients.end(), bench::comparison_clients().begin(),
                 bench::comparison_clients().end());
  if (!o.only.empty())
    std::erase_if(clients, [&](const std::string& name) { return name != o.only; });
  for (bench::quota_case quota : bench::quota_cases()) {
    quota.tells_work = o.tells_work;
    quota.others = o.others;
    std::vector kinds{window_kind::sliding, window_kind::token_bucket, window_kind::calendar};
    if (o.quantised)
      kinds = {window_kind::quantised};
    for (const auto kind : kinds)
      for (const std::string& name : clients) {
        const auto make = [&](const bench::quota_case& q) {
          return name == "spillway" ? bench::make_spillway_client(q)
                                    : bench::make_comparison_client(name, q);
        };
        const trial_result r = bench::run_trial(name, make, kind, quota, o.seeds);
        o.json ? print_json(r) : print_row(r);
        std::fflush(stdout);
      }
  }
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"429s and use of the quota: Spillway beside other gateways' algorithms, at twice "
               "the load a provider allows, on virtual time"};
  table_options o;
  std::uint64_t runs = 3;
  bool budget = false;
  app.add_flag("--json", o.json, "one JSON object a row");
  app.add_option("--seeds", runs, "runs of each row, with seeds 1..N")->check(CLI::Range(1, 100));
  app.add_option("--client", o.only, "this client alone");
  app.add_flag("--tells-work", o.tells_work,
               "the provider says in each head how long it worked (openai-processing-ms)");
  app.add_flag("--quantised", o.quantised,
               "instead: a provider whose bucket holds a quarter of the limit");
  app.add_option("--others", o.others, "share of the quota that others use with the same key")
      ->check(CLI::Range(0.0, 0.9));
  app.add_flag("--budget", budget, "instead: many agents at once against a budget of $10, seed 1");
  CLI11_PARSE(app, argc, argv);

  if (budget) {
    run_budgets(o.json);
    return 0;
  }
  for (std::uint64_t seed = 1; seed <= runs; ++seed)
    o.seeds.push_back(seed);
  std::fprintf(o.json ? stderr : stdout, "seeds 1..%llu, load %.1f times the quota\n",
               static_cast<unsigned long long>(runs), bench::offered_load);
  run_table(o);
  return 0;
}
