#pragma once

#include "core/tokens/rank_tables.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace spillway::tokens {

/// Most bytes that `merge_short` takes: two tokens of the longest kind.
inline constexpr std::size_t merge_short_max = 2 * token_bytes_max;

/// Byte-pair encodes `text`, which may be any bytes, into `out`; returns how many tokens it wrote.
/// Time grows with the square of the size, with a small factor; no heap.
///
/// Requires: 1 <= text.size() <= merge_short_max; out has room for text.size() tokens.
std::size_t merge_short(const rank_tables& ranks, std::string_view text, token_id* out) noexcept;

/// Byte-pair encodes a piece of any size and appends its tokens to `out`: the same tokens as
/// `merge_short`, in time proportional to the size (worst case: size x log size).
///
/// It encodes some bytes at a time and puts each part behind the last: two encodings make one
/// exactly when the two tokens that meet would not be encoded otherwise if they stood alone. Where
/// they would, the tokens before the seam are encoded anew together with the part.
void merge_long(const rank_tables& ranks, std::string_view text, std::vector<token_id>& out);

/// What `merge_long` did, for tests of its effort.
struct merge_effort {
  std::size_t bytes_merged = 0; ///< bytes given to the inner encoder, with repetitions
  std::size_t heap_bytes = 0;   ///< bytes that went through the ordered queue instead
};

/// `merge_long` that also reports its effort.
merge_effort merge_long_measured(const rank_tables& ranks, std::string_view text,
                                 std::vector<token_id>& out);

} // namespace spillway::tokens
