#pragma once

namespace CLI {
class App;
}

namespace spillway::apps {

/// `spillway report`: what calls have cost and came to, from the journal, while a gateway runs or
/// not. Sets `exit_code` to what the process should end with.
void add_report_command(CLI::App& app, int& exit_code);

} // namespace spillway::apps
