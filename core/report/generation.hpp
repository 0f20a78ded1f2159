#pragma once

#include "core/chat.hpp"
#include "core/embedding.hpp"
#include "core/failure.hpp"
#include "core/ids.hpp"
#include "core/money/pricing.hpp"
#include "core/units.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace spillway::report {

/// One upstream call, answered or failed, as it is traced. Made once, when the call has ended, and
/// never changed: ids and times must be the same when it is exported again.
struct generation {
  std::string trace_id;       ///< 32 lower-case hex digits, not all zero
  std::string span_id;        ///< 16 lower-case hex digits, not all zero
  std::string parent_span_id; ///< likewise; empty: a root
  request_id request;
  lease_id lease;
  int attempt = 1; ///< of its request: 1 is the first

  model_id model;             ///< as our catalog names it
  std::string model_reported; ///< the snapshot that answered; empty: not said
  provider_id provider;

  wall_time started_at{};
  wall_time first_byte_at{}; ///< the epoch: none came
  wall_time ended_at{};

  std::shared_ptr<const chat_request> input;
  std::shared_ptr<const chat_reply> output; ///< null if the call failed
  std::shared_ptr<const embedding_request> embedded; ///< instead of `input`
  token_usage usage;
  money::call_cost cost;
  std::optional<call_failure> failure;

  model_id fallback_from; ///< the candidate that was tried before; empty: this was the first choice
  duration waited{};      ///< for a permit

  std::string trace_name;
  std::string user;
  std::string session;
  std::vector<std::string> tags;
  std::vector<std::pair<std::string, std::string>> metadata; ///< names without control characters
};

} // namespace spillway::report
