#pragma once

#include <span>
#include <string_view>

/// The files of config/defaults/, built into the program so that it runs without any file.
namespace spillway::config::defaults {

extern const std::string_view spillway_toml;

/// The models of one provider.
struct model_file {
  std::string_view provider;
  std::string_view toml;
};

extern const std::span<const model_file> model_files;

} // namespace spillway::config::defaults
