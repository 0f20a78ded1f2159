#include "apps/spillway/doctor_command.hpp"

#include "apps/spillway/config_choice.hpp"
#include "runtime/doctor.hpp"
#include "wire/checkup_json.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>

namespace spillway::apps {
namespace {

using report::checkup_item;
using report::checkup_result;

struct doctor_command_options {
  std::string config_file;
  bool offline = false;
  bool json = false;
};

const char* mark(checkup_result r) {
  switch (r) {
    case checkup_result::good: return "ok  ";
    case checkup_result::warning: return "warn";
    case checkup_result::failed: return "FAIL";
    case checkup_result::skipped: return "-   ";
  }
  return "?   ";
}

void print_item(const checkup_item& i) {
  std::printf("%s  %s: %s\n", mark(i.result), i.what.c_str(), i.detail.c_str());
  const bool useful = i.result != checkup_result::good || i.what == "alert targets";
  if (useful && !i.advice.empty())
    std::printf("      -> %s\n", i.advice.c_str());
}

int run(const doctor_command_options& options) {
  const auto items = runtime::examine({choose_config(options.config_file).file,
                                       config::process_environment(), options.offline});
  if (options.json) {
    std::printf("%s\n", wire::encode_checkup(items).c_str());
  } else {
    for (const checkup_item& i : items)
      print_item(i);
    std::printf("%s\n", report::is_healthy(items) ? "\nNothing stands in the way."
                                                  : "\nIt will not work before FAIL is put right.");
  }
  return report::is_healthy(items) ? 0 : 1;
}

constexpr const char* notes =
    R"(Each line says ok, warn, FAIL or - (not looked at), and what to do about it. The
providers and Langfuse are asked for a list, which costs nothing, for 15 s at
most. Exit code 1 if a line says FAIL.

Examples:
  spillway doctor
  spillway doctor --offline --json | jq '.checks[] | select(.result == "failed")')";

} // namespace

void add_doctor_command(CLI::App& app, int& exit_code) {
  auto o = std::make_shared<doctor_command_options>();
  CLI::App* c = app.add_subcommand(
      "doctor", "Look whether all of it would work, and say what to do; 1 if something fails");
  c->group("Set up");
  c->footer(notes);
  add_config_option(*c, o->config_file);
  c->add_flag("--offline", o->offline, "Do not ask providers and Langfuse");
  c->add_flag("--json", o->json, "For programs");
  c->callback([o, &exit_code] { exit_code = run(*o); });
}

} // namespace spillway::apps
