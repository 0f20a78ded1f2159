#pragma once

namespace CLI {
class App;
}

namespace spillway::apps {

/// `spillway run`: one prompt, from the command line or standard input, to a model.
void add_run_command(CLI::App& app, int& exit_code);

} // namespace spillway::apps
