#pragma once

#include "core/catalog.hpp"
#include "core/chat.hpp"
#include "core/context/chunking.hpp"
#include "core/context/shortening.hpp"
#include "core/context/strategy.hpp"
#include "core/tokens/prompt_counter.hpp"
#include "core/units.hpp"

#include <optional>
#include <string>
#include <vector>

namespace spillway::context {

struct fitted_prompt {
  outcome what = outcome::as_it_is;
  std::optional<chat_request> request; ///< if it was changed
  std::vector<loss> losses;
  std::optional<chunk_plan> plan;
  std::string explanation; ///< for people: the figures and why; empty for `as_it_is`
};

/// The tokens a prompt may take of a model's context: what is left beside the reply asked for, or
/// beside the model's longest reply, but at least three quarters, and no more than its longest
/// prompt. Less where the model's token
/// window could never let so many through.
std::int64_t prompt_room(const model_entry& model, const chat_request& request);

/// Makes `request` fit the first of `models`, by the count of `counter`, as `how` allows. A prompt
/// that fits is left alone whatever `how` says. `automatic` takes what loses nothing first: a
/// larger model of the route or a compressed prompt, whichever of the two reads it for less; then
/// chunks if one text is too long by itself, else truncation.
///
/// Requires: `models` is not empty and holds no null.
fitted_prompt fit(const chat_request& request, strategy how,
                  const std::vector<const model_entry*>& models, wall_time now,
                  tokens::prompt_counter& counter);

} // namespace spillway::context
