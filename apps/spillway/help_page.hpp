#pragma once

#include "apps/spillway/command_tree.hpp"

#include <string>
#include <vector>

namespace spillway::apps {

/// What `--help` shows of a command: how it is written, what it does, its options or the commands
/// below it by group, and its notes; at most 80 columns wide but for the notes, which are shown as
/// they are.
std::string help_page(const command_doc& c);

/// Makes `app` and the commands that are added to it from now on show such pages.
void use_help_pages(CLI::App& app);

/// What is wrong with `words` if one of them stands where a command must and there is none of its
/// name, with the one that was perhaps meant; empty: nothing of the kind.
std::string unknown_command(const command_doc& root, const std::vector<std::string>& words);

} // namespace spillway::apps
