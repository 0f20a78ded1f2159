#pragma once

#include "core/embedding.hpp"
#include "core/report/usage_report.hpp"

#include <optional>
#include <vector>

namespace spillway::access {

/// What a request takes of its key's limit over tokens when it comes, before any model is chosen:
/// its prompt, and all the answers that it asks for at their bound, if it names one.
token_count asked_tokens(const chat_request& request);
token_count asked_tokens(const embedding_request& request);

/// What all the calls took that were made for a request which came with `asked`: retries, fallbacks
/// and parts of a long prompt too. A call whose outcome is unknown counts as `asked`. Absent if
/// none was made.
std::optional<token_count> taken_tokens(const std::vector<report::call_record>& calls,
                                        token_count asked);

} // namespace spillway::access
