#pragma once

#include "apps/spillway/command_tree.hpp"

#include <string>

namespace spillway::apps {

/// Scripts that complete the command line, to be sourced or installed.
std::string bash_completion(const command_doc& root);
std::string zsh_completion(const command_doc& root);
std::string fish_completion(const command_doc& root);

/// The manual page, in roff's man macros.
std::string manual_page(const command_doc& root, const std::string& version);

} // namespace spillway::apps
