#include "apps/spillway/config_choice.hpp"

#include "config/load.hpp"
#include "config/secrets.hpp"

#include <CLI/CLI.hpp>

#include <filesystem>

namespace spillway::apps {
namespace {

constexpr const char* variable = "SPILLWAY_CONFIG";
constexpr const char* usual_file = "spillway.toml";

std::string file_of_variable() {
  return config::process_environment()(variable).value_or("");
}

} // namespace

std::string config_choice::name() const {
  return file.empty() ? "the built-in defaults" : file;
}

result<config::settings> config_choice::read() const {
  if (file.empty())
    return config::load_text("", "defaults");
  auto settings = config::load_file(file);
  if (!settings && from_variable)
    return error{settings.failure().message + "\n(" + variable + " names this file)"};
  return settings;
}

config_choice choose_config(const std::string& given) {
  if (!given.empty())
    return {given};
  if (std::string named = file_of_variable(); !named.empty())
    return {std::move(named), true};
  // Whatever has that name is meant, and told about if it cannot be read.
  std::error_code ignored;
  return {std::filesystem::exists(usual_file, ignored) ? usual_file : ""};
}

std::string new_config_file(const std::string& given) {
  if (!given.empty())
    return given;
  std::string named = file_of_variable();
  return named.empty() ? usual_file : named;
}

result<config::settings> read_config(const std::string& given) {
  return choose_config(given).read();
}

void add_config_option(CLI::App& command, std::string& file) {
  command
      .add_option("--config", file,
                  "Configuration file (default: $SPILLWAY_CONFIG, else ./spillway.toml if there is "
                  "one, else what is built in)")
      ->type_name("FILE");
}

} // namespace spillway::apps
