#pragma once

namespace CLI {
class App;
}

namespace spillway::apps {

/// `spillway doctor`: looks whether a gateway would work and says what to do. Sets `exit_code` to
/// what the process should end with: 1 if something fails.
void add_doctor_command(CLI::App& app, int& exit_code);

} // namespace spillway::apps
