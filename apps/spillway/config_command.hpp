#pragma once

namespace CLI {
class App;
}

namespace spillway::apps {

/// `spillway config check | init`: says what is wrong with a file or what it amounts to; writes one
/// to begin with. Sets `exit_code` to what the process should end with.
void add_config_command(CLI::App& app, int& exit_code);

} // namespace spillway::apps
