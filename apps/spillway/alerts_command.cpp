#include "apps/spillway/alerts_command.hpp"

#include "apps/spillway/config_choice.hpp"
#include "config/secrets.hpp"
#include "runtime/alert_trial.hpp"
#include "storage/alert_store.hpp"
#include "wire/alerts/report_json.hpp"
#include "wire/iso_time.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>

namespace spillway::apps {
namespace {

struct alerts_options {
  std::string config_file;
  std::string target;
  bool json = false;
};

result<config::settings> read_settings(const alerts_options& options) {
  return read_config(options.config_file);
}

// -- test -----------------------------------------------------------------------------------------

void print_trials(const std::vector<alerts::delivery_trial>& trials) {
  std::size_t width = 6;
  for (const alerts::delivery_trial& t : trials)
    width = std::max(width, t.target.size());
  std::printf("%-*s  %-9s  %s\n", static_cast<int>(width), "TARGET", "KIND", "RESULT");
  for (const alerts::delivery_trial& t : trials)
    std::printf("%-*s  %-9s  %s: %s\n", static_cast<int>(width), t.target.c_str(), t.kind.c_str(),
                t.delivered ? "delivered" : "FAILED", t.detail.c_str());
}

result<int> run_test(const alerts_options& options) {
  auto settings = read_settings(options);
  if (!settings)
    return settings.failure();
  const auto secrets = config::read_alert_environment(*settings, config::process_environment());
  if (!secrets)
    return secrets.failure();
  const auto trials = runtime::try_alert_targets(*settings, *secrets, options.target);
  if (!trials)
    return trials.failure();
  if (options.json)
    std::printf("%s\n", wire::encode_alert_trials(*trials).c_str());
  else if (trials->empty())
    std::printf("No targets are configured: alerts go to standard error alone. Add one under "
                "[alerts.targets.<name>]; docs/CONFIG.md says how.\n");
  else
    print_trials(*trials);
  return std::ranges::all_of(*trials, &alerts::delivery_trial::delivered) ? 0 : 1;
}

// -- list -----------------------------------------------------------------------------------------

void print_incidents(const alerts::memory& m) {
  std::size_t shown = 0;
  for (const alerts::incident& i : m.incidents) {
    if (i.closed)
      continue;
    ++shown;
    const std::string period = i.what.key.period.empty() ? "" : " " + i.what.key.period;
    std::printf("%-8s  %s  %s%s\n  since %s, last %s\n  %s\n", to_string(i.what.severity),
                i.what.key.rule.c_str(), i.what.key.subject.c_str(), period.c_str(),
                wire::iso_time(i.since).c_str(), wire::iso_time(i.last).c_str(),
                i.what.text.c_str());
  }
  if (shown == 0)
    std::printf("Nothing is wrong that anybody knows of.\n");
}

void print_undelivered(const alerts::memory& m) {
  std::map<std::string, std::size_t> waiting;
  for (const alerts::undelivered_notice& n : m.undelivered)
    for (const std::string& target : n.targets)
      ++waiting[target];
  for (const auto& [target, count] : waiting)
    std::printf("%zu notices wait for target `%s`; `spillway alerts test --target %s` says why\n",
                count, target.c_str(), target.c_str());
}

result<alerts::memory> read_memory(const std::string& journal_path) {
  const std::string path = storage::alert_store::path_beside(journal_path);
  if (!std::filesystem::exists(path))
    return alerts::memory{};
  auto store = storage::alert_store::open(path);
  if (!store)
    return store.failure();
  return (*store)->load();
}

result<int> run_list(const alerts_options& options) {
  const auto settings = read_settings(options);
  if (!settings)
    return settings.failure();
  if (settings->journal.path.empty())
    return error{"alerts are kept beside the journal, and none is configured: set `journal.path` "
                 "(and name the file with --config)"};
  const auto memory = read_memory(settings->journal.path);
  if (!memory)
    return memory.failure();
  if (options.json) {
    std::printf("%s\n", wire::encode_alert_memory(*memory).c_str());
    return 0;
  }
  print_incidents(*memory);
  print_undelivered(*memory);
  return 0;
}

int ending_of(const result<int>& done) {
  if (done)
    return *done;
  std::fprintf(stderr, "spillway: %s\n", done.failure().message.c_str());
  return 1;
}

constexpr const char* notes =
    R"(Targets are in [alerts.targets.NAME] of the configuration.

Examples:
  spillway alerts test --target team
  spillway alerts list)";

} // namespace

void add_alerts_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<alerts_options>();
  CLI::App* command = app.add_subcommand("alerts", "Alert targets and what is wrong now");
  command->group("Watch");
  command->footer(notes);
  command->require_subcommand(1);
  CLI::App* test = command->add_subcommand(
      "test", "Send a test notice to each target and say what came of it; 1 if one failed");
  test->add_option("--target", options->target, "Only this one");
  CLI::App* list = command->add_subcommand(
      "list", "Open incidents and notices that wait for their targets, as the journal knows them");
  for (CLI::App* sub : {test, list}) {
    add_config_option(*sub, options->config_file);
    sub->add_flag("--json", options->json, "For programs");
  }
  test->callback([options, &exit_code] { exit_code = ending_of(run_test(*options)); });
  list->callback([options, &exit_code] { exit_code = ending_of(run_list(*options)); });
}

} // namespace spillway::apps
