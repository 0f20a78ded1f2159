#include "apps/spillway/models_command.hpp"

#include "apps/spillway/config_choice.hpp"
#include "apps/spillway/models_update.hpp"
#include "core/report/model_table.hpp"
#include "runtime/system_wall_clock.hpp"
#include "wire/catalog/catalog_json.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>

namespace spillway::apps {
namespace {

struct models_options {
  std::string config_file;
  std::string provider;
  bool json = false;
  bool all = false;
};

wall_time today() {
  return runtime::system_wall_clock()(std::chrono::steady_clock::now());
}

/// What people choose from: models that can be called and are still served.
bool is_on_offer(const model_entry& m, wall_time now) {
  return is_called(m.can.kind) && stage_of(m.life, now) != life_stage::retired;
}

std::vector<report::provider_models> grouped(const config::settings& settings,
                                             const models_options& options, wall_time now) {
  std::vector<report::provider_models> out;
  for (const config::provider_settings& p : settings.providers) {
    if (!options.provider.empty() && p.id.value != options.provider)
      continue;
    report::provider_models group{p.id.value, p.tier, {}};
    for (const model_entry& m : settings.models)
      if (m.provider == p.id && (options.all || is_on_offer(m, now)))
        group.models.push_back(&m);
    if (!group.models.empty())
      out.push_back(std::move(group));
  }
  return out;
}

std::string as_json(const std::vector<report::provider_models>& providers, wall_time now) {
  std::vector<wire::catalog::catalog_row> rows;
  for (const report::provider_models& p : providers)
    for (const model_entry* m : p.models)
      rows.push_back({m, p.tier});
  return wire::catalog::encode_catalog(rows, now) + "\n";
}

int print_models(const models_options& options) {
  const auto settings = read_config(options.config_file);
  if (!settings) {
    std::fprintf(stderr, "spillway: %s\n", settings.failure().message.c_str());
    return 1;
  }
  const wall_time now = today();
  const auto providers = grouped(*settings, options, now);
  if (providers.empty()) {
    std::fprintf(stderr, "spillway: no model of provider `%s`; `spillway models` lists all\n",
                 options.provider.c_str());
    return 1;
  }
  std::fputs((options.json ? as_json(providers, now) : report::model_table(providers, now)).c_str(),
             stdout);
  return 0;
}

constexpr const char* notes =
    R"(Examples:
  spillway models --provider openai
  spillway models --json | jq '.[] | select(.id == "gpt-4o-mini")'
  curl -sO https://models.dev/api.json && spillway models update api.json)";

} // namespace

void add_models_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<models_options>();
  CLI::App* command =
      app.add_subcommand("models", "Models with their sizes, prices, limits and abilities");
  command->group("Work with models");
  command->footer(notes);
  add_config_option(*command, options->config_file);
  command->add_option("--provider", options->provider, "Only this provider's models");
  command->add_flag("--json", options->json, "All that is known, for other programs");
  command->add_flag("--all", options->all,
                    "Also retired models, and those that are neither for chat nor for embeddings");
  command->require_subcommand(0, 1);
  add_models_update(*command, exit_code);
  command->callback([options, command, &exit_code] {
    if (command->get_subcommands().empty())
      exit_code = print_models(*options);
  });
}

} // namespace spillway::apps
