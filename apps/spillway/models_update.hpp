#pragma once

namespace CLI {
class App;
}

namespace spillway::apps {

/// `spillway models update FILE`: what a public list of models knows that we do not. Sets
/// `exit_code`.
void add_models_update(CLI::App& models, int& exit_code);

} // namespace spillway::apps
