#pragma once

#include "core/result.hpp"
#include "core/tokens/encoding.hpp"
#include "core/tokens/rank_image.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::tokens {

// Exact byte-level BPE, token for token what OpenAI's tiktoken produces (`encode_ordinary`):
// special tokens in the text, such as "<|endoftext|>", are plain text; ill-formed UTF-8 counts as
// U+FFFD. Time is proportional to the bytes for any text. Any thread may call these; each keeps
// caches of recent pieces, at most 1 MiB, that never change a result.

/// How many tokens `text` is.
std::int64_t count(encoding e, std::string_view text);

/// `count`, but stops soon after it passes `limit`: exact when the result is <= `limit`, otherwise
/// some number above `limit`. Takes time for `limit` tokens, not for the whole text.
///
/// Requires: limit >= 0.
std::int64_t count_up_to(encoding e, std::string_view text, std::int64_t limit);

/// The tokens of `text`.
std::vector<token_id> encode(encoding e, std::string_view text);

/// The bytes of `tokens`; special tokens as their text. The tokens of a cut text may give bytes
/// that are not UTF-8.
///
/// Errors: a number that is no token of the encoding.
result<std::string> decode(encoding e, std::span<const token_id> tokens);

/// The beginning of `text` that is at most `tokens` tokens: as long as possible up to a token or
/// two, ending between characters. The whole of `text` when it is that short.
///
/// Requires: tokens >= 0.
std::string_view truncate_head(encoding e, std::string_view text, std::int64_t tokens);

/// The end of `text` that is at most `tokens` tokens, beginning between characters.
///
/// Requires: tokens >= 0.
std::string_view truncate_tail(encoding e, std::string_view text, std::int64_t tokens);

} // namespace spillway::tokens
