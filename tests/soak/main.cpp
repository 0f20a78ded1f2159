#include "tests/soak/campaign.hpp"
#include "tests/soak/lasting_world.hpp"
#include "tests/soak/mortal_fleet.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <stdexcept>

// Exit codes: 0 all zeros, 1 a finding or no campaign at all, 2 wrong use.

namespace {

using namespace spillway::soak;

struct kill_options {
  campaign_options campaign;
  bool seed_given = false;
  bool json = false;
  bool keep = false;
};

std::string make_folder() {
  std::string folder = std::filesystem::temp_directory_path() / "spillway-soak-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr)
    throw std::runtime_error{"no temporary folder can be made"};
  return folder;
}

void print_json(const campaign_outcome& o) {
  const nlohmann::ordered_json line = {{"points", o.points},
                                       {"lost", o.judged.lost},
                                       {"counted_twice", o.judged.counted_twice},
                                       {"window_exceeded", o.judged.window_exceeded},
                                       {"budget_exceeded", o.judged.budget_exceeded}};
  std::printf("%s\n", line.dump().c_str());
}

void print_text(const campaign_outcome& o) {
  std::printf("killed %zu times in %zu starts, %zu times at a step of its storage\n", o.points,
              o.starts, o.by_step);
  std::printf("calls at the provider %zu, answered %zu; outcome unknown to the ledger %zu; spans "
              "at Langfuse %zu\n",
              o.calls, o.answered, o.unknown, o.spans);
  std::printf("lost %llu  counted twice %llu  window exceeded %llu  budget exceeded %llu\n",
              static_cast<unsigned long long>(o.judged.lost),
              static_cast<unsigned long long>(o.judged.counted_twice),
              static_cast<unsigned long long>(o.judged.window_exceeded),
              static_cast<unsigned long long>(o.judged.budget_exceeded));
}

int run_kill(kill_options options) {
  if (!options.seed_given)
    options.campaign.seed = std::random_device{}();
  options.campaign.folder = make_folder();
  std::fprintf(stderr, "soak: seed %llu, files in %s\n",
               static_cast<unsigned long long>(options.campaign.seed),
               options.campaign.folder.c_str());
  const campaign_outcome outcome = run_campaign(options.campaign);
  if (options.json)
    print_json(outcome);
  else
    print_text(outcome);
  for (const std::string& finding : outcome.judged.findings)
    std::fprintf(stderr, "soak: %s\n", finding.c_str());
  if (outcome.judged.clean() && !options.keep)
    std::filesystem::remove_all(options.campaign.folder);
  return outcome.judged.clean() ? 0 : 1;
}

void add_kill(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<kill_options>();
  CLI::App* command = app.add_subcommand(
      "kill", "Kills a running fleet with SIGKILL again and again, and compares what the provider "
              "saw with what the ledger says");
  command->add_option("--points", options->campaign.points, "How often it is killed")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  auto* seed = command->add_option("--seed", options->campaign.seed,
                                   "Repeats the plan of an earlier run (default: a new one)");
  command->add_flag("--json", options->json, "One line of JSON on standard output");
  command->add_flag("--keep", options->keep, "Keep the journal and the provider's record");
  command->callback([options, seed, &exit_code] {
    options->seed_given = seed->count() > 0;
    exit_code = run_kill(*options);
  });
}

/// The roles that a campaign gives to its own processes.
void add_roles(CLI::App& app, int& exit_code) {
  auto world = std::make_shared<lasting_world_options>();
  CLI::App* lasting = app.add_subcommand("world", "")->group("");
  lasting->add_option("--record", world->record)->required();
  lasting->add_option("--points", world->points);
  lasting->add_option("--seed", world->seed);
  lasting->callback([world, &exit_code] { exit_code = run_lasting_world(*world); });

  auto fleet = std::make_shared<mortal_fleet_options>();
  auto die_at = std::make_shared<std::string>();
  CLI::App* mortal = app.add_subcommand("fleet", "")->group("");
  mortal->add_option("--journal", fleet->journal)->required();
  mortal->add_option("--provider-port", fleet->provider_port)->required();
  mortal->add_option("--traces-port", fleet->traces_port)->required();
  mortal->add_option("--points", fleet->points);
  mortal->add_option("--life", fleet->life);
  mortal->add_option("--seed", fleet->seed);
  mortal->add_option("--die-at", *die_at);
  mortal->add_option("--stop-after-ms", fleet->stop_after_ms);
  mortal->add_flag("--report", fleet->report);
  mortal->callback([fleet, die_at, &exit_code] {
    fleet->death = read_death_plan(*die_at);
    exit_code = run_mortal_fleet(*fleet);
  });
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"Long trials of Spillway against its promises."};
  app.name("soak");
  app.require_subcommand(1);
  int exit_code = 0;
  add_kill(app, exit_code);
  add_roles(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "soak: %s\n", error.what());
    return 1;
  }
  return exit_code;
}
