#pragma once

#include "core/chat.hpp"

#include <string>
#include <string_view>

namespace spillway::simulator {

/// The rule of thumb the simulated vendor admits by.
inline constexpr std::int64_t bytes_per_token = 4;

/// Tokens the simulated vendor charges to its window for a prompt: a quarter of its bytes, rounded
/// up, plus 3. All of it counts: texts, names, tool calls, tool definitions and the response
/// schema.
/// Source: OpenAI's header charge is chars/4 + 2..5 in 146 recorded replies, 2025-07 to 2026-07.
token_count input_tokens(const chat_request& request);

/// Tokens it bills for the same, and holds against its context: those of o200k_base, plus 3. As
/// with real vendors, that is not what it charged to the window.
token_count billed_tokens(const chat_request& request);
/// The same of one text of a prompt, without framing.
token_count billed_tokens(const std::string& text);

/// Tokens counted for a reply: a quarter of the bytes of its text and tool calls, rounded up.
token_count output_tokens(const chat_message& reply);

/// The longest prefix of `text` that counts as at most `tokens`, cut between UTF-8 characters.
std::string_view cut_to_tokens(std::string_view text, token_count tokens);

} // namespace spillway::simulator
