#pragma once

namespace CLI {
class App;
}

namespace spillway::apps {

/// `spillway keys`: virtual keys of the gateway, made and ended while it runs or not.
void add_keys_command(CLI::App& app, int& exit_code);

} // namespace spillway::apps
