#pragma once

#include "config/secrets.hpp"
#include "config/starter.hpp"

#include <vector>

namespace spillway::runtime {

/// Ollama, where OLLAMA_HOST says it is or where it is by default, with the models it serves; empty
/// if nothing answers there within two seconds, or it has no models. Not for actors or I/O threads.
/// Source: https://docs.ollama.com/faq, "How can I expose Ollama on my network" (2026-11).
std::vector<config::found_server> find_local_servers(const config::environment& variables);

} // namespace spillway::runtime
