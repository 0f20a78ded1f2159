#include "apps/spillway/config_command.hpp"

#include "apps/spillway/config_choice.hpp"
#include "apps/spillway/text_table.hpp"
#include "config/lifecycle.hpp"
#include "config/secrets.hpp"
#include "config/starter.hpp"
#include "runtime/gateway_access.hpp"
#include "runtime/local_servers.hpp"
#include "wire/checkup_json.hpp"

#include <CLI/CLI.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

namespace spillway::apps {
namespace {

struct config_options {
  std::string file;
  bool no_keys = false;
  bool json = false;
};

// -- check ----------------------------------------------------------------------------------------

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& n : names)
    out += (out.empty() ? "" : ", ") + n;
  return out.empty() ? "none" : out;
}

std::string budget_text(const config::budget_settings& b) {
  std::vector<std::string> out;
  for (const money::budget_rule& r : b.rules) {
    std::string whose;
    if (r.scope != "global")
      whose = r.name.empty() ? "each " + r.scope + " " : r.scope + " " + r.name + " ";
    out.push_back(whose + to_display_usd(r.limit, 2) + " a " + to_string(r.per));
  }
  return joined(out);
}

std::string targets_text(const config::alert_settings& a) {
  std::vector<std::string> out{"standard error"};
  for (const config::alert_target_settings& t : a.targets)
    out.push_back(t.name + " (" + to_string(t.kind) + ", from " + to_string(t.least) + " on)");
  return joined(out);
}

void print_summary(const config::settings& s) {
  std::vector<std::string> providers;
  for (const config::provider_settings& p : s.providers)
    providers.push_back(p.id.value + (p.tier.empty() ? "" : " (" + p.tier + ")"));
  std::vector<std::string> routes;
  for (const routing::route& r : s.routing.routes)
    routes.push_back(r.name);
  text_table table{{{"", text_table::align::left}, {"", text_table::align::left}}};
  table.add({"providers", joined(providers)});
  table.add({"models", std::to_string(s.models.size())});
  table.add({"routes", joined(routes) + "; by default " + s.routing.default_route});
  table.add({"budget", budget_text(s.budget) + ", " + s.budget.zone});
  const bool traces = s.langfuse.enabled != config::activation::off;
  table.add({"langfuse", traces ? s.langfuse.url.host : "off"});
  const char* keys = s.gateway.keys_env.empty() ? ", no key is asked" : ", keys are asked";
  const config::listen_address& at = s.gateway.listen;
  table.add({"gateway", at.host + ":" + std::to_string(at.port) + keys});
  table.add({"journal", s.journal.path.empty() ? "none" : s.journal.path});
  table.add({"alerts to", targets_text(s.alerts)});
  std::printf("%s", table.text().c_str() + 1); // without the line of titles
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    out.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

int tell_problems(const config_options& options, const error& what,
                  const std::vector<std::string>& warnings) {
  if (options.json)
    std::printf("%s\n", wire::encode_config_check(lines_of(what.message), warnings).c_str());
  else
    std::fprintf(stderr, "%s\n", what.message.c_str());
  return 1;
}

int run_check(const config_options& options) {
  const config_choice choice = choose_config(options.file);
  auto settings = choice.read();
  if (!settings)
    return tell_problems(options, settings.failure(), {});
  if (!options.no_keys) {
    const auto secrets = config::read_environment(*settings, config::process_environment());
    if (!secrets)
      return tell_problems(options, secrets.failure(), settings->warnings);
    const auto gateway = runtime::check_gateway(*settings, config::process_environment());
    if (!gateway)
      return tell_problems(options, gateway.failure(), settings->warnings);
  }
  for (std::string& w : config::lifecycle_warnings(*settings, std::chrono::system_clock::now()))
    settings->warnings.push_back(std::move(w));
  if (options.json) {
    std::printf("%s\n", wire::encode_config_check({}, settings->warnings).c_str());
    return 0;
  }
  if (choice.file.empty())
    std::printf("There is no spillway.toml here; what is built in holds.\n\n");
  else
    std::printf("%s is valid.\n\n", choice.file.c_str());
  print_summary(*settings);
  for (const std::string& w : settings->warnings)
    std::printf("\nwarning: %s", w.c_str());
  std::printf("%s", settings->warnings.empty() ? "" : "\n");
  return 0;
}

// -- init -----------------------------------------------------------------------------------------

/// Errors: there is such a file already, or it cannot be written.
result<void> write_new(const std::string& path, const std::string& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (file < 0)
    return error{errno == EEXIST
                     ? path + " is there already and is never overwritten; name another file"
                     : path + " cannot be written: " + std::strerror(errno)};
  const bool written = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (::close(file) != 0 || !written)
    return error{path + " could not be written in full; is the disk full?"};
  return {};
}

/// System-wide files are read by a service, which keeps its own elsewhere.
std::string journal_for(const std::string& file) {
  const bool system_wide = std::filesystem::absolute(file).string().starts_with("/etc/");
  return system_wide ? "/var/lib/spillway/journal" : "spillway.journal";
}

void print_written(const std::string& file, const config::starter& s) {
  std::printf("Wrote %s.\n  keys found:     %s\n  not set:        %s\n  default route:  %s\n",
              file.c_str(), joined(s.found).c_str(), joined(s.absent).c_str(),
              joined(s.route).c_str());
  for (const std::string& n : s.notes)
    std::printf("note: %s\n", n.c_str());
  const std::string named = file == new_config_file({}) ? "" : " --config " + file;
  if (s.route.empty())
    std::printf("No model can be called yet. Set a provider's key (OPENAI_API_KEY, say), then look "
                "with `spillway doctor%s`\nwhether all of it works. Without a key you can try "
                "`spillway run --simulate%s \"hello\"`.\n",
                named.c_str(), named.c_str());
  else
    std::printf("Next: `spillway doctor%s` looks whether all of it works, `spillway run%s "
                "\"hello\"` asks a model,\n`spillway serve%s` is the gateway.\n",
                named.c_str(), named.c_str(), named.c_str());
}

int run_init(const config_options& options) {
  const bool to_output = options.file == "-";
  const std::string file = to_output ? options.file : new_config_file(options.file);
  config::starter_needs needs{config::process_environment(), {}, journal_for(file)};
  needs.servers = runtime::find_local_servers(needs.variables);
  const config::starter s = config::make_starter(needs);
  if (to_output) {
    std::printf("%s", s.text.c_str());
    return 0;
  }
  if (const auto written = write_new(file, s.text); !written) {
    std::fprintf(stderr, "spillway: %s\n", written.failure().message.c_str());
    return 1;
  }
  print_written(file, s);
  return 0;
}

constexpr const char* notes =
    R"(Examples:
  spillway config init                # ./spillway.toml, for the keys there are
  spillway config check               # that file, with all that is wrong in it
  spillway config check --no-keys new.toml    # before it goes elsewhere)";

} // namespace

void add_config_command(CLI::App& app, int& exit_code) {
  auto o = std::make_shared<config_options>();
  CLI::App* command = app.add_subcommand("config", "The configuration file");
  command->group("Set up");
  command->footer(notes);
  command->require_subcommand(1);
  CLI::App* check = command->add_subcommand(
      "check", "Say all that is wrong with a file, or what it amounts to; 1 if it cannot be used");
  check->add_flag("--no-keys", o->no_keys, "The file alone, without keys of the environment");
  check->add_flag("--json", o->json, "For programs");
  CLI::App* init = command->add_subcommand(
      "init", "Write a commented file for the keys in the environment; never over another");
  check->add_option("FILE", o->file,
                    "The file (default: $SPILLWAY_CONFIG, else spillway.toml, else what is built "
                    "in)");
  init->add_option("FILE", o->file,
                   "The file (default: $SPILLWAY_CONFIG, else spillway.toml); - is standard "
                   "output");
  check->callback([o, &exit_code] { exit_code = run_check(*o); });
  init->callback([o, &exit_code] { exit_code = run_init(*o); });
}

} // namespace spillway::apps
