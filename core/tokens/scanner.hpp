#pragma once

#include "core/tokens/ascii_run.hpp"

namespace spillway::tokens {

// How OpenAI's encodings cut text into pieces before byte-pair encoding: the end of the piece that
// begins at `at`, which is what the encoding's regular expression matches there. A call looks no
// further than a run of white space or of capitals past the piece, and the next piece takes that
// run, so a whole text is cut in linear time; no recursion, no heap.
// Source: tiktoken_ext/openai_public.py of tiktoken 0.14.0, 2026-11-24.

/// For any piece. Requires: at < end, and [at, end) is valid UTF-8.
const char* any_o200k_piece_end(const char* at, const char* end) noexcept;
const char* any_cl100k_piece_end(const char* at, const char* end) noexcept;
const char* any_gpt2_piece_end(const char* at, const char* end) noexcept;

// The same, with the pieces that most text is made of decided in place.

/// Requires: at < end, and [at, end) is valid UTF-8.
inline const char* o200k_piece_end(const char* at, const char* end) noexcept {
  const char* word = at + !is_ascii_letter(*at);
  if (end - at < 2 || !may_precede_word(*at))
    return any_o200k_piece_end(at, end);
  word += is_ascii_capital(*word);
  const char* const after = small_letters_end(word, end);
  return after > word && ends_word(after, end) ? after : any_o200k_piece_end(at, end);
}

/// Requires: at < end, and [at, end) is valid UTF-8.
inline const char* cl100k_piece_end(const char* at, const char* end) noexcept {
  const char* const word = at + !is_ascii_letter(*at);
  if (end - at < 2 || !may_precede_word(*at) || *at == '\'')
    return any_cl100k_piece_end(at, end);
  const char* const after = letters_end(word, end);
  return after > word && ends_word(after, end) ? after : any_cl100k_piece_end(at, end);
}

/// Of gpt2, r50k_base and p50k_base. Requires: at < end, and [at, end) is valid UTF-8.
inline const char* gpt2_piece_end(const char* at, const char* end) noexcept {
  const char* const word = at + (*at == ' ');
  const char* const after = letters_end(word, end);
  return after > word && ends_word(after, end) ? after : any_gpt2_piece_end(at, end);
}

} // namespace spillway::tokens
