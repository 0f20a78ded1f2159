#pragma once

#include "core/chat.hpp"
#include "core/result.hpp"

#include <string>
#include <string_view>

/// The body of a reply to POST /v1/messages, both ways.
/// Source: anthropic-sdk-python src/anthropic/types/message.py (2026-10).
namespace spillway::wire::anthropic {

/// A `message`. Only the first answer: the dialect knows no more.
std::string encode_chat_reply(const chat_reply& reply, std::string_view id);

/// Reads a `message`.
/// - `message.text` joins all texts; thoughts keep their place among them (`reasoning_block`).
///   Blocks of other kinds (the vendor's own tools) are passed over.
/// - `finish`: an unknown reason is a stop, a stop with tool calls is `tool_calls`. `refusal` holds
///   the explanation of one, if there is any.
/// - `usage`: `estimated` if input or output is missing or makes no sense.
/// - `provider_request_id` is the message's id; a header names the request better.
///
/// Errors: no JSON, an error (read it with `decode_error_body`), no content, a field of the wrong
/// type; named by its path.
result<chat_reply> decode_chat_reply(std::string_view body);

} // namespace spillway::wire::anthropic
