#pragma once

#include "core/embedding.hpp"
#include "core/units.hpp"

namespace spillway::simulator {

/// Tokens the simulated vendor counts for the inputs: a quarter of their bytes, rounded up, or the
/// tokens that were counted out.
token_count input_tokens(const embedding_request& request);

/// Vectors of length 1, the same for equal inputs, and the nearer the more words two inputs share.
/// `dimensions` as asked, else 1,536. `model_reported` is left to the caller.
embedding_reply embed(const embedding_request& request);

} // namespace spillway::simulator
