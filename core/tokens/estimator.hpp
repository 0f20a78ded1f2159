#pragma once

#include "core/chat.hpp"
#include "core/embedding.hpp"
#include "core/units.hpp"

namespace spillway::tokens {

/// Tokens of a prompt before anybody has counted them exactly.
struct token_estimate {
  token_count likely;  ///< what providers' own admission estimates from the characters
  token_count at_most; ///< no byte-level tokenizer can produce more: for money
};

/// Tokens of an ordinary reply, where a request does not bound it lower: what chat and agent steps
/// come to, about 400 words.
inline constexpr token_count ordinary_reply{512};

/// The whole prompt: messages, tool calls, tool definitions, response schema, framing.
///
/// `likely` is a quarter of the bytes, rounded up, plus framing for each message. That is how
/// OpenAI's rate limiter charges a prompt (chars/4 + 2..19, measured on 283 recorded replies,
/// 2024-02 to 2026-07). `at_most` is one token a byte plus framing: a byte-level BPE token covers
/// at least one byte.
token_estimate estimate_input(const chat_request& request);

/// All texts to embed as providers' admission takes them: a quarter of the bytes of each, rounded
/// up; those whose tokens are counted out as what they are.
token_count estimate_inputs(const embedding_request& request);

} // namespace spillway::tokens
