#pragma once

#include "core/chat.hpp"
#include "core/result.hpp"

#include <string_view>

/// The body of a reply to POST /responses.
/// Source: https://github.com/openai/openai-openapi 2.3.0 (2026-08-21).
namespace spillway::wire::openai {

/// True if the body is one, whatever its status says.
bool is_response(std::string_view body);

/// Reads the answer. Its thoughts are blocks of the dialect "openai", whose signatures name their
/// item. `usage` and `finish` as in `decode_chat_reply`; `finish_native` is the reason of an
/// incomplete response, else its status.
/// Errors: no JSON, an `error`, a field of the wrong type, named by its path.
result<chat_reply> decode_response_reply(std::string_view body);

} // namespace spillway::wire::openai
