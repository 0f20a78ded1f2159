#pragma once

namespace CLI {
class App;
}

namespace spillway::apps {

/// `spillway serve`: the OpenAI-compatible gateway, until SIGINT or SIGTERM, after which the calls
/// in flight get `runtime.drain` to end. Sets `exit_code` to what the process should end with.
void add_serve_command(CLI::App& app, int& exit_code);

} // namespace spillway::apps
