#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What the user asked for.
struct command_line {
  std::vector<std::string> folders; ///< to review
  bool json = false;                ///< the report as JSON on the last line of standard output
  bool simulate = false;            ///< even if there are keys
  std::string budget_usd = "0.25";
  std::string config_file; ///< in place of the built-in settings
  std::uint64_t seed = 1;
};

/// Reads the arguments. Absent if there is nothing to run; `exit_code` then says how it ended.
std::optional<command_line> read_command_line(int argc, char** argv, int& exit_code);
