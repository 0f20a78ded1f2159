#pragma once

namespace CLI {
class App;
}

namespace spillway::apps {

/// `spillway models`: the models of the configuration with their limits and prices. Sets
/// `exit_code` to what the process should end with.
void add_models_command(CLI::App& app, int& exit_code);

} // namespace spillway::apps
