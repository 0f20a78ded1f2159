#pragma once

namespace spillway::tokens {

// How OpenAI's encodings cut text into pieces before byte-pair encoding: the end of the piece that
// begins at `at`, which is what the encoding's regular expression matches there. A call looks no
// further than a run of white space or of capitals past the piece, and the next piece takes that
// run, so a whole text is cut in linear time; no recursion, no heap.
// Source: tiktoken_ext/openai_public.py of tiktoken 0.14.0, 2026-11-24.

/// Requires: at < end, and [at, end) is valid UTF-8.
const char* o200k_piece_end(const char* at, const char* end) noexcept;

/// Requires: at < end, and [at, end) is valid UTF-8.
const char* cl100k_piece_end(const char* at, const char* end) noexcept;

/// Of gpt2, r50k_base and p50k_base. Requires: at < end, and [at, end) is valid UTF-8.
const char* gpt2_piece_end(const char* at, const char* end) noexcept;

} // namespace spillway::tokens
