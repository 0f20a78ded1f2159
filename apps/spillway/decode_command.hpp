#pragma once

namespace CLI {
class App;
}

namespace spillway::apps {

/// `spillway decode`: what the codecs make of a provider's body that somebody kept. Sets `exit_code`
/// to what the process should end with: an error in the body is an answer like any other.
void add_decode_command(CLI::App& app, int& exit_code);

} // namespace spillway::apps
