#pragma once

#include "core/rate/observed_limits.hpp"
#include "core/units.hpp"
#include "wire/http_message.hpp"

/// `anthropic-ratelimit-{requests,input-tokens,output-tokens,tokens}-{limit,remaining,reset}`.
/// Source: https://platform.claude.com/docs/en/api/rate-limits#response-headers (2026-10).
namespace spillway::wire::anthropic {

/// What the headers say; a field that is missing, negative or unreadable is absent. Resets are
/// points in time: they are counted from the reply's own `date`, so that no clock of ours comes
/// into it. `tokens` is the tighter of the other two where those are there, and then left out.
rate::observed_limits decode_rate_headers(const http_headers& headers);

/// Adds a header for each field that is there, as a server whose clock shows `now`.
void encode_rate_headers(const rate::observed_limits& limits, wall_time now, http_headers& headers);

} // namespace spillway::wire::anthropic
