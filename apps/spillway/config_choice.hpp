#pragma once

#include "config/schema.hpp"
#include "core/result.hpp"

#include <string>

namespace CLI {
class App;
}

namespace spillway::apps {

/// Which configuration a command reads, for all commands the same: the file that --config names,
/// else the one that $SPILLWAY_CONFIG names, else `spillway.toml` in the current folder, else the
/// defaults that are built in.
struct config_choice {
  std::string file;           ///< empty: the defaults
  bool from_variable = false; ///< $SPILLWAY_CONFIG named it

  /// For people: "spillway.toml", or "the built-in defaults".
  std::string name() const;

  /// Reads it, again the same file each time. Errors: those of `config::load_file`; one about a
  /// file that nobody named on the command line says where its name is from.
  result<config::settings> read() const;
};

/// `given` is what --config says; empty: nothing.
config_choice choose_config(const std::string& given);

/// Where a configuration is to be that has not been written yet: by the same rule.
std::string new_config_file(const std::string& given);

/// The settings of that choice.
result<config::settings> read_config(const std::string& given);

/// Adds --config, which stores what is given in `file`.
void add_config_option(CLI::App& command, std::string& file);

} // namespace spillway::apps
