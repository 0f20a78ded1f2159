#include "apps/spillway/alerts_command.hpp"
#include "apps/spillway/batch_command.hpp"
#include "apps/spillway/config_command.hpp"
#include "apps/spillway/decode_command.hpp"
#include "apps/spillway/doctor_command.hpp"
#include "apps/spillway/help_page.hpp"
#include "apps/spillway/keys_command.hpp"
#include "apps/spillway/ledger_command.hpp"
#include "apps/spillway/models_command.hpp"
#include "apps/spillway/report_command.hpp"
#include "apps/spillway/run_command.hpp"
#include "apps/spillway/serve_command.hpp"
#include "apps/spillway/shell_command.hpp"
#include "apps/spillway/tokens_command.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <string>

namespace {

constexpr const char* notes =
    R"(Begin here:
  spillway config init          # a file for the keys in your environment
  spillway doctor               # does all of it work?
  spillway run "Hello"          # one prompt; --simulate needs no key
  spillway serve                # agents use http://127.0.0.1:8080/v1

All commands read the same configuration: --config FILE, else $SPILLWAY_CONFIG,
else ./spillway.toml, else what is built in. Keys come from the environment.
Exit codes: 0 done, 1 it could not be done (standard error says why), 2 the
command line makes no sense; `spillway run --help` has more.
`spillway COMMAND --help` and `spillway man` say more.)";

} // namespace

// Exit codes: 0 done, 1 an operating error (said on standard error), 2 wrong use.
int main(int argc, char** argv) {
  CLI::App app{"Spillway keeps fleets of LLM agents inside rate limits and budgets"};
  app.name("spillway");
  spillway::apps::use_help_pages(app);
  app.footer(notes);
  app.set_version_flag("--version", "spillway " SPILLWAY_VERSION);
  app.require_subcommand(1);
  int exit_code = 0;
  spillway::apps::add_serve_command(app, exit_code);
  spillway::apps::add_run_command(app, exit_code);
  spillway::apps::add_config_command(app, exit_code);
  spillway::apps::add_doctor_command(app, exit_code);
  spillway::apps::add_keys_command(app, exit_code);
  spillway::apps::add_report_command(app, exit_code);
  spillway::apps::add_ledger_command(app, exit_code);
  spillway::apps::add_alerts_command(app, exit_code);
  spillway::apps::add_models_command(app, exit_code);
  spillway::apps::add_tokens_command(app, exit_code);
  spillway::apps::add_batch_command(app, exit_code);
  spillway::apps::add_decode_command(app, exit_code);
  spillway::apps::add_shell_commands(app);
  if (argc == 1) {
    std::fputs(app.help().c_str(), stderr);
    return 2;
  }
  const std::string unknown =
      spillway::apps::unknown_command(spillway::apps::describe(app), {argv + 1, argv + argc});
  if (!unknown.empty()) {
    std::fprintf(stderr, "spillway: %s\n`spillway --help` lists all.\n", unknown.c_str());
    return 2;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "spillway: %s\n", error.what());
    return 1;
  }
  return exit_code;
}
