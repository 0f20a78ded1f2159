#pragma once

#include "simulator/quota.hpp"
#include "wire/http_message.hpp"

#include <string>

namespace spillway::simulator {

/// A wait as Go prints it, rounded up to the millisecond: "8ms", "16.782s", "1m0.198s",
/// "83h10m39s". Source: x-ratelimit-reset-* of 981 recorded OpenAI replies, 2024-02 to 2026-07.
std::string to_go_duration(duration wait);

/// A wait in seconds, rounded up to the millisecond: "48.9", "0.25".
std::string decimal_seconds(duration wait);

/// OpenAI's words for a refusal: "Rate limit reached for gpt-4o in organization org-x on tokens per
/// min (TPM): Limit 30000, Used 20122, Requested 18269. Please try again in 16.782s. ...".
/// Source: recorded 429 bodies, 2024-02 to 2026-07.
std::string refusal_message(const quota_refusal& refusal, const std::string& model,
                            const std::string& organization);

/// The error `type` OpenAI sends beside it: "tokens" or "requests".
std::string refusal_type(const quota_refusal& refusal);

/// `retry-after` in whole seconds and `retry-after-ms`, both rounded up.
void add_retry_after(wire::http_headers& headers, duration wait);

/// `x-ratelimit-{limit,remaining,reset}-<unit>`; nothing without a standing.
void add_standing(wire::http_headers& headers, const std::string& unit,
                  const std::optional<quota_standing>& standing);

} // namespace spillway::simulator
