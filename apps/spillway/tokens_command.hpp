#pragma once

namespace CLI {
class App;
}

namespace spillway::apps {

/// `spillway tokens`: counts files or standard input, a field of JSON lines, or turns text into
/// token numbers and back. Sets `exit_code` to what the process should end with.
void add_tokens_command(CLI::App& app, int& exit_code);

} // namespace spillway::apps
