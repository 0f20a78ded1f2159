#pragma once

#include "core/chat.hpp"
#include "core/result.hpp"

#include <string>
#include <string_view>

/// The body of a reply to :generateContent, both ways.
/// Source: https://ai.google.dev/api/generate-content (2026-10).
namespace spillway::wire::gemini {

/// A `GenerateContentResponse` with every choice as a candidate.
std::string encode_chat_reply(const chat_reply& reply);

/// Reads every candidate.
/// - `finish`: a word we do not know is `stop`, and a stop with calls is `tool_calls`; the vendor's
///   own word is in `finish_native`. A blocked prompt is an empty reply that finishes by
///   `content_filter`, its native word the reason.
/// - Thoughts are in `reasoning`, never in the text. A signature without a thought is a block too.
/// - Calls without an id get one made of the response's id.
///
/// Errors: no JSON, an `error` (read it with `decode_error_body`), neither a candidate nor a reason
/// to block, a field of the wrong type; named by its path.
result<chat_reply> decode_chat_reply(std::string_view body);

} // namespace spillway::wire::gemini
