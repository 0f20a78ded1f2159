#pragma once

#include "config/secrets.hpp"

#include <string>
#include <vector>

namespace spillway::config {

/// A server of one's own that answered, and what it serves.
struct found_server {
  std::string provider; ///< "ollama"
  std::string base_url; ///< "http://127.0.0.1:11434/v1"
  std::vector<std::string> models;
};

struct starter_needs {
  environment variables;             ///< say which keys there are
  std::vector<found_server> servers; ///< on this machine
  std::string journal = "spillway.journal";
};

/// A configuration to begin with: commented, valid, and about what there are keys and servers for.
struct starter {
  std::string text;                ///< TOML
  std::vector<std::string> found;  ///< variables whose keys it counts on
  std::vector<std::string> absent; ///< those that would add a provider or a target
  std::vector<std::string> route;  ///< models of the default route; empty: none can be called yet
  std::vector<std::string> notes;  ///< what else there is to do, for people
};

/// Never holds a key.
starter make_starter(const starter_needs& needs);

} // namespace spillway::config
