#pragma once

#include "core/embedding.hpp"
#include "core/report/usage_report.hpp"

#include <optional>
#include <vector>

namespace spillway::access {

/// What a request takes of its key's limit over tokens when it comes, before any model is chosen.
struct asked_tokens {
  token_count sure; ///< its prompt, and all the answers that it asks for at their bound
  token_count open; ///< instead, if it names no bound: what such answers ordinarily are

  token_count total() const { return sure + open; }
  friend bool operator==(const asked_tokens&, const asked_tokens&) = default;
};

asked_tokens tokens_asked_by(const chat_request& request);
asked_tokens tokens_asked_by(const embedding_request& request);

/// What all the calls took that were made for a request which came with `asked`: retries, fallbacks
/// and parts of a long prompt too. A call whose outcome is unknown counts as `asked`. Absent if
/// none was made.
std::optional<token_count> taken_tokens(const std::vector<report::call_record>& calls,
                                        token_count asked);

} // namespace spillway::access
