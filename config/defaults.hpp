#pragma once

#include <string_view>

/// The files of config/defaults/, built into the program so that it runs without any file.
namespace spillway::config::defaults {

extern const std::string_view spillway_toml;
extern const std::string_view models_toml;

} // namespace spillway::config::defaults
