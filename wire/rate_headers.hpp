#pragma once

#include "core/rate/observed_limits.hpp"
#include "wire/http_message.hpp"

/// `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`, as OpenAI and those who follow it send.
/// Source: https://platform.openai.com/docs/guides/rate-limits (2026-10-27).
/// And `openai-processing-ms`, "the time taken processing your API request".
/// Source: https://developers.openai.com/api/reference/overview, "Debugging requests" (2026-11).
namespace spillway::wire {

/// What the headers say; a field that is missing, negative or unreadable is absent.
rate::observed_limits decode_rate_headers(const http_headers& headers);

/// Adds a header for each field that is there.
void encode_rate_headers(const rate::observed_limits& limits, http_headers& headers);

} // namespace spillway::wire
