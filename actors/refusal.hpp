#pragma once

#include "messages/completion.hpp"

#include <string>

namespace spillway::actors {

/// `m` turned away. An `overloaded` request may come again in about one call's time.
completion_reply refusal(const run_completion& m, completion_status why, std::string reason);

} // namespace spillway::actors
