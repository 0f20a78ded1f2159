#pragma once

#include "core/catalog.hpp"
#include "core/embedding.hpp"
#include "core/units.hpp"

namespace spillway::tokens {

/// Tokens of the inputs of one embedding request, as a model counts them.
struct embedding_count {
  token_count likely;     ///< all of them: exact where we have the model's encoding
  token_count at_most;    ///< for money: the same where it is exact, else a token a byte
  token_count longest;    ///< of a single input, which has to fit the model's context
  token_count on_arrival; ///< what windows take: providers admit by the characters
};

embedding_count count_inputs(const model_entry& model, const embedding_request& request);

} // namespace spillway::tokens
