#pragma once

#include "core/chat.hpp"
#include "core/failure.hpp"
#include "core/secret.hpp"
#include "core/units.hpp"
#include "wire/http_message.hpp"

#include <optional>

/// What Google's refusals mean: the part of `providers/failure` that reads them.
/// Sources: https://ai.google.dev/gemini-api/docs/troubleshooting,
/// https://ai.google.dev/gemini-api/docs/rate-limits (2026-10), recorded bodies.
namespace spillway::providers {

/// Decides by the status word and its details, then by known phrases, else by the HTTP status.
///
/// Of several quotas that are used up the longest rules: one per day is `quota_exhausted` until
/// midnight in California, whatever delay stands beside it; so is one of a limit of zero, which
/// this account does not have at all, and a cap on spending. A delay that the vendor names is at
/// most `bounds::retry_after_max`. The message names the quota.
call_failure gemini_failure_of(const wire::http_response& response, wall_time now,
                               const secret& key);

/// Why a reply that could be read is no answer; absent if it is one. A blocked prompt, for which
/// nothing was generated, is `content_filtered`; a call that the model got wrong and an answer that
/// holds nothing are the vendor's fault, and worth another try.
std::optional<call_failure> gemini_failure_in(const chat_reply& reply);

} // namespace spillway::providers
