#pragma once

namespace CLI {
class App;
}

namespace spillway::apps {

/// `spillway completion` and `spillway man`: texts about the command line, made of its own
/// definitions. To be added after all other commands.
void add_shell_commands(CLI::App& app);

} // namespace spillway::apps
