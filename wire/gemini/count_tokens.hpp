#pragma once

#include "core/chat.hpp"
#include "core/result.hpp"
#include "core/units.hpp"

#include <string>
#include <string_view>

/// The bodies of POST /models/M:countTokens, both ways: free, and with a limit of its own.
/// Source: https://ai.google.dev/api/tokens (2026-10).
namespace spillway::wire::gemini {

/// Counts all of the prompt: instructions and tools too. `model` is a bare name.
std::string encode_count_request(const chat_request& request, std::string_view model);

/// Errors: as `decode_chat_request`, which reads what is inside.
result<chat_request> decode_count_request(std::string_view body);

std::string encode_count_reply(token_count total);

/// Errors: no JSON, or no count.
result<token_count> decode_count_reply(std::string_view body);

} // namespace spillway::wire::gemini
