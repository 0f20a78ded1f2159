#pragma once

namespace CLI {
class App;
}

namespace spillway::apps {

/// Adds `spillway batch write` and `spillway batch read`.
void add_batch_command(CLI::App& app, int& exit_code);

} // namespace spillway::apps
