#pragma once

namespace CLI {
class App;
}

namespace spillway::apps {

/// `spillway alerts test | list`: tries the targets of the configuration; shows what is wrong now.
/// Sets `exit_code` to what the process should end with.
void add_alerts_command(CLI::App& app, int& exit_code);

} // namespace spillway::apps
