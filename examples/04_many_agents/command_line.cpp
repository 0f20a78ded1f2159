#include "examples/04_many_agents/command_line.hpp"

#include <CLI/CLI.hpp>

std::optional<command_line> read_command_line(int argc, char** argv, int& exit_code) {
  command_line c;
  CLI::App app{"Six agents review folders of source code at the same time, within rate limits and "
               "a budget."};
  app.add_option("PATH", c.folders, "Folders to review; default: Spillway's own sources")
      ->check(CLI::ExistingDirectory);
  app.add_flag("--json", c.json, "Print the report as JSON on the last line of standard output");
  app.add_flag("--simulate", c.simulate, "Use the simulated provider even if there are keys");
  app.add_option("--budget", c.budget_usd, "Dollars the fleet may spend a day")
      ->capture_default_str();
  app.add_option("--config", c.config_file, "A configuration file in place of the built-in one")
      ->check(CLI::ExistingFile);
  app.add_option("--seed", c.seed, "Seed of the simulated provider")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    exit_code = app.exit(e);
    return std::nullopt;
  }
  if (c.folders.empty())
    c.folders.emplace_back(SPILLWAY_SOURCE_DIR);
  return c;
}
