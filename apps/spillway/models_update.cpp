#include "apps/spillway/models_update.hpp"

#include "apps/spillway/config_choice.hpp"
#include "config/catalog_file.hpp"
#include "core/bounds.hpp"
#include "runtime/system_wall_clock.hpp"
#include "wire/catalog/litellm.hpp"
#include "wire/catalog/models_dev.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>

namespace spillway::apps {
namespace {

struct update_options {
  std::string file;
  std::string config_file;
  std::string provider;
  std::string output = "spillway-models.toml";
  bool write = false;
};

result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
  std::ifstream in{path, std::ios::binary};
  if (!in)
    return error{path + ": cannot be opened"};
  std::string text(bytes_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > bytes_max)
    return error{path + ": is larger than " + std::to_string(bytes_max) + " bytes"};
  return text;
}

result<std::vector<catalog_update::listed_model>> read_list(const std::string& path) {
  const auto text = read_file(path, bounds::model_list_bytes_max);
  if (!text)
    return text.failure();
  const bool litellm = wire::catalog::is_litellm(*text);
  if (!litellm && !wire::catalog::is_models_dev(*text))
    return error{path
                 + ": is neither LiteLLM's model_prices_and_context_window.json nor models.dev's "
                   "api.json"};
  auto list = litellm ? wire::catalog::decode_litellm(*text)
                      : wire::catalog::decode_models_dev(*text);
  if (!list)
    return error{path + ": " + list.failure().message};
  return list;
}

/// Midnight UTC of this day: the first one on which new prices hold.
wall_time today() {
  const wall_time now = runtime::system_wall_clock()(std::chrono::steady_clock::now());
  return std::chrono::floor<std::chrono::days>(now);
}

result<void> write_overlay(const update_options& options, const catalog_update::difference& news) {
  std::string before;
  if (std::ifstream{options.output}) {
    auto text = read_file(options.output, bounds::config_file_bytes_max);
    if (!text)
      return text.failure();
    before = std::move(*text);
  }
  const auto text = config::write_catalog_file(news, before, options.output);
  if (!text)
    return text.failure();
  std::ofstream out{options.output, std::ios::binary | std::ios::trunc};
  out << *text;
  if (!out.flush())
    return error{options.output + ": cannot be written"};
  std::printf("\nWritten to %s. To use it, name it in your configuration:\n\n"
              "[catalog]\nfiles = [\"%s\"]\n",
              options.output.c_str(), options.output.c_str());
  return {};
}

result<void> update(const update_options& options) {
  auto settings = read_config(options.config_file);
  if (!settings)
    return settings.failure();
  auto list = read_list(options.file);
  if (!list)
    return list.failure();
  if (!options.provider.empty()) {
    std::erase_if(*list, [&](const auto& m) { return m.provider != options.provider; });
    if (list->empty())
      return error{options.file + ": lists no model of provider `" + options.provider + "`"};
  }
  const auto news = catalog_update::compare(settings->models, *list, today());
  std::fputs(catalog_update::to_text(news).c_str(), stdout);
  if (options.write && !news.empty())
    return write_overlay(options, news);
  if (!news.empty())
    std::printf("\nNothing is written without --write.\n");
  return {};
}

} // namespace

void add_models_update(CLI::App& models, int& exit_code) {
  auto options = std::make_shared<update_options>();
  CLI::App* command = models.add_subcommand(
      "update", "Compare with LiteLLM's or models.dev's list; --write makes an overlay of it");
  command->add_option("FILE", options->file, "The list, as downloaded")->required();
  add_config_option(*command, options->config_file);
  command->add_option("--provider", options->provider, "Only this provider's models");
  command->add_option("--output", options->output, "The overlay (default: spillway-models.toml)");
  command->add_flag("--write", options->write, "Write what is new into the overlay");
  command->callback([options, &exit_code] {
    const auto done = update(*options);
    if (!done)
      std::fprintf(stderr, "spillway: %s\n", done.failure().message.c_str());
    exit_code = done ? 0 : 1;
  });
}

} // namespace spillway::apps
