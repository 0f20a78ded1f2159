#pragma once

#include "core/chat.hpp"
#include "core/result.hpp"
#include "core/units.hpp"

#include <string>
#include <string_view>

/// The body of a reply to POST /chat/completions, both ways.
/// Source: https://github.com/openai/openai-openapi 2.3.0 (2026-08-21).
namespace spillway::wire::openai {

/// A `chat.completion` of all answers. `created` is kept to the second. Thoughts stand in
/// `reasoning_content`; signed ones also in `reasoning_details`, and what Gemini signed a call with
/// in `extra_content`, so that a client that sends its turns back as they came loses nothing.
std::string encode_chat_reply(const chat_reply& reply, std::string_view id, wall_time created);

/// Reads all answers, in order of their `index`.
/// - `finish`: an unknown or missing reason is `stop`, and a stop with tool calls is `tool_calls`;
///   the vendor's own word is in `finish_native`.
/// - Of an answer that was spoken the transcript is the text; a `function_call` of older servers is
///   a call like another.
/// - `usage`: `estimated` with zeros if it is missing or makes no sense. Tokens that the total has
///   beyond prompt and completion count as output: some servers report reasoning only there.
/// - `provider_request_id` is the body's `id`; a header may name the request better.
///
/// Errors: no JSON, an `error` (read it with `decode_error_body`), no choice, a field of the wrong
/// type; named by its path.
result<chat_reply> decode_chat_reply(std::string_view body);

} // namespace spillway::wire::openai
