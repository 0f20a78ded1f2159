#include "apps/spillway/models_command.hpp"

#include "config/load.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>

namespace spillway::apps {
namespace {

struct models_options {
  std::string config_file;
  std::string provider;
};

std::string limit_text(const std::optional<std::int64_t>& limit) {
  return limit ? std::to_string(*limit) : "-";
}

std::string price_text(std::int64_t nano_usd_per_mtok) {
  return to_display_usd(nano_usd{nano_usd_per_mtok}, 3);
}

void print_row(const model_entry& m) {
  const bool priced = !m.pricing.rows.empty();
  const money::price_row price = priced ? m.pricing.rows.back().base : money::price_row{};
  std::printf("%-26s %-12s %9lld %9lld %9s %11s %9s %11s %11s\n", m.id.value.c_str(),
              m.provider.value.c_str(), static_cast<long long>(m.context_max.value()),
              static_cast<long long>(m.output_max.value()),
              limit_text(m.limits.requests_per_minute).c_str(),
              limit_text(m.limits.tokens_per_minute).c_str(),
              limit_text(m.limits.requests_per_day).c_str(),
              priced ? price_text(price.input).c_str() : "unknown",
              priced ? price_text(price.output).c_str() : "unknown");
}

int print_models(const models_options& options) {
  const auto settings = options.config_file.empty() ? config::load_text("", "defaults")
                                                    : config::load_file(options.config_file);
  if (!settings) {
    std::fprintf(stderr, "spillway: %s\n", settings.failure().message.c_str());
    return 1;
  }
  std::printf("%-26s %-12s %9s %9s %9s %11s %9s %11s %11s\n", "MODEL", "PROVIDER", "CONTEXT",
              "OUTPUT", "RPM", "TPM", "RPD", "$/M INPUT", "$/M OUTPUT");
  std::size_t shown = 0;
  for (const model_entry& m : settings->models) {
    if (!options.provider.empty() && m.provider.value != options.provider)
      continue;
    print_row(m);
    ++shown;
  }
  if (shown > 0)
    return 0;
  std::fprintf(stderr, "spillway: no model of provider `%s`; `spillway models` lists all\n",
               options.provider.c_str());
  return 1;
}

} // namespace

void add_models_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<models_options>();
  CLI::App* command = app.add_subcommand("models", "Models with their limits and prices");
  command->add_option("--config", options->config_file, "Configuration file (default: built in)");
  command->add_option("--provider", options->provider, "Only this provider's models");
  command->callback([options, &exit_code] { exit_code = print_models(*options); });
}

} // namespace spillway::apps
