#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace spillway::apps {

/// One option or positional argument, for texts about the command line.
struct option_doc {
  std::vector<std::string> names; ///< "-h", "--help"; of a positional: "FILE"
  bool positional = false;
  bool takes_value = false;
  bool required = false;
  bool many = false;                ///< takes several values, one behind the other
  std::string value;                ///< what it takes, for people: "FILE"
  std::vector<std::string> choices; ///< of the value; empty: anything
  std::string text;
  std::string standard; ///< the value unless given; empty: none
};

/// One command with all below it.
struct command_doc {
  std::string path; ///< "spillway alerts test"
  std::string name; ///< "test"
  std::string text;
  std::string group; ///< of commands that belong together: "Set up"
  std::string notes; ///< behind all else: examples, exit codes
  bool needs_command = false; ///< does nothing without one of `commands`
  std::vector<option_doc> options;
  std::vector<command_doc> commands;
};

/// What `app` understands, as its own definitions have it.
command_doc describe(const CLI::App& app);

} // namespace spillway::apps
