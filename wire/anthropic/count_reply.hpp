#pragma once

#include "core/result.hpp"
#include "core/units.hpp"

#include <string>
#include <string_view>

/// The body of a reply to POST /v1/messages/count_tokens, both ways.
/// Source: https://platform.claude.com/docs/en/api/messages-count-tokens (2026-10).
namespace spillway::wire::anthropic {

std::string encode_count_reply(token_count input);

/// Errors: no JSON, or no count; named by its path.
result<token_count> decode_count_reply(std::string_view body);

} // namespace spillway::wire::anthropic
