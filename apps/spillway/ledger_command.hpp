#pragma once

namespace CLI {
class App;
}

namespace spillway::apps {

/// `spillway ledger verify|export|unknown|settle|compact|traces`: a journal, looked at and kept in
/// order. Sets `exit_code` to what the process should end with.
void add_ledger_command(CLI::App& app, int& exit_code);

} // namespace spillway::apps
