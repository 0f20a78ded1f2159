#pragma once

#include "core/chat.hpp"
#include "core/embedding.hpp"
#include "core/failure.hpp"
#include "core/ids.hpp"
#include "core/rate/observed_limits.hpp"
#include "messages/deltas.hpp"
#include "messages/type_ids.hpp"

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace spillway {

/// Command to a provider: make one upstream call, of `chat` or of `embedding`, whichever is set.
/// Names the call by its lease.
struct call_provider {
  lease_id lease;
  std::string upstream_model;
  token_count output_tokens_max;
  std::shared_ptr<const chat_request> chat;
  duration time_left{}; ///< the call is cut when it is over
  request_id request{};
  model_id model{};        ///< as we name it
  delta_sink_actor sink{}; ///< takes the reply as it comes; null: it is wanted whole
  std::shared_ptr<const embedding_request> embedding{};
  std::string traceparent{}; ///< W3C; names this call as the one that calls; empty: not told
  bool responses_only = false; ///< the model has no chat completions, but the API that came after
  std::shared_ptr<const reply_prelude> prelude{}; ///< for `sink`
};

/// What became of an upstream call. `request_sent` is false only if the provider saw nothing.
struct provider_reply {
  std::variant<std::shared_ptr<const chat_reply>, call_failure,
               std::shared_ptr<const embedding_reply>>
      outcome;
  bool request_sent = true;
  mono_time sent_at{};
  mono_time first_byte_at{};
  mono_time finished_at{};
  rate::observed_limits limits; ///< what the provider's headers said
  mono_time first_content_at{}; ///< of a streamed reply; the epoch: its sink got nothing
  /// What the request asked for that this provider's dialect or the model has no word for, by the
  /// names of the caller's fields: "seed".
  std::vector<std::string> left_out{};
  /// What came of a streamed reply that failed, to be billed; null: nothing.
  std::shared_ptr<const chat_reply> partial{};
};

/// Event to a provider: nobody waits for this call any more; its `call_provider` is answered
/// `cancelled`. Unknown leases are ignored.
struct cancel_call {
  lease_id lease;
};

} // namespace spillway

SPILLWAY_MESSAGE(spillway::call_provider)
SPILLWAY_MESSAGE(spillway::provider_reply)
SPILLWAY_MESSAGE(spillway::cancel_call)
