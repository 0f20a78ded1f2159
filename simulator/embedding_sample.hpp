#pragma once

#include "core/embedding.hpp"

namespace spillway::simulator {

/// Vectors of length one, equal for equal texts and unlike for others. Usage counts the inputs.
embedding_reply embed(const embedding_request& request);

} // namespace spillway::simulator
