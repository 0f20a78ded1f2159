#pragma once

#include "core/chat.hpp"
#include "core/result.hpp"
#include "core/units.hpp"

#include <string>
#include <string_view>

/// The body of POST /models/M:generateContent and :streamGenerateContent, both ways. The model and
/// whether to stream stand in the URL.
/// Source: https://ai.google.dev/api/generate-content (2026-10).
namespace spillway::wire::gemini {

/// The body for one call to `model`, whose generation decides what it is told and how: budgets or
/// levels of thinking, the notation of schemas, signatures. `output_max` bounds the reply, thoughts
/// included; zero leaves the field out. `request.foreign` is added if it is Gemini's.
///
/// What Gemini cannot be told is left out: `parallel_tool_calls`, `user`, cache marks (its caches
/// need none). A response schema beside tools, which models before Gemini 3 refuse, becomes an
/// instruction.
std::string encode_chat_request(const chat_request& request, std::string_view model,
                                token_count output_max);

/// Reads a caller's body; names in snake_case count too. What `chat_request` cannot say goes into
/// its `foreign`. Errors: no JSON, or a field that is missing, unknown or of the wrong type, named
/// by its path: "contents[2].parts[0].text must be a string".
result<chat_request> decode_chat_request(std::string_view body);

} // namespace spillway::wire::gemini
