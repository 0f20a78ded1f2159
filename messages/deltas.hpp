#pragma once

#include "core/chat_delta.hpp"
#include "core/context/strategy.hpp"
#include "core/ids.hpp"
#include "core/routing/plan.hpp"
#include "messages/type_ids.hpp"

#include <caf/typed_actor.hpp>

#include <memory>
#include <vector>

namespace spillway {

/// What is known of a streamed reply when its first word comes.
struct reply_prelude {
  std::vector<routing::tried_model> tried; ///< in order, the one that answers last
  token_count input_likely; ///< of the prompt, as its model is likely to count it
  duration waited{};        ///< as in `completion_reply`
  context::note prompt{};   ///< what became of a prompt that was too long
};

/// Provider to a caller's sink: more of the reply to `id`. The next comes only after the answer to
/// this one.
struct deliver_deltas {
  request_id id;
  model_id model; ///< that answers
  std::shared_ptr<const std::vector<chat_delta>> deltas; ///< not empty, but of progress
  /// Of a prompt that is asked in parts, before the reply begins: so many are answered. Zero else.
  std::size_t parts_done = 0;
  std::size_t parts = 0;
  bool kept = false; ///< they are of an answer that was kept for who asks the same again
  /// Null: nothing is known, as of an answer that was kept.
  std::shared_ptr<const reply_prelude> prelude{};
};

/// There is room for more.
struct deltas_taken {};

/// Takes streamed replies: a caller's own actor. As long as it does not answer, the provider's
/// connection is not read on. All deltas have been taken before `completion_reply` comes. If it
/// dies its request is cancelled.
using delta_sink_actor = caf::typed_actor<
    // More of a reply.
    caf::replies_to<deliver_deltas>::with<deltas_taken>>;

} // namespace spillway

SPILLWAY_MESSAGE(spillway::deliver_deltas)
SPILLWAY_MESSAGE(spillway::deltas_taken)
