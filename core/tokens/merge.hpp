#pragma once

#include "core/tokens/rank_tables.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace spillway::tokens {

/// Byte-pair encodes pieces, which may be any bytes of any size, in time proportional to their
/// size. Keeps its buffers, so that only pieces larger than any before take memory. One a thread.
///
/// It takes the longest token at each place that may stand behind the one before, and steps back
/// where none may: the only sequence of tokens of which each two neighbours may meet is the
/// encoding. Texts made to cost many steps, such as runs of one character, are merged as the
/// encoding is defined, some bytes at a time, once they have used up their steps.
class merger {
public:
  /// Appends the tokens of `piece` to `out`. Requires: piece is not empty.
  void encode(const rank_tables& ranks, std::string_view piece, std::vector<token_id>& out);

  /// How many tokens `piece` is. Requires: piece is not empty.
  std::size_t count(const rank_tables& ranks, std::string_view piece) {
    tokens_.clear();
    encode(ranks, piece, tokens_);
    return tokens_.size();
  }

  /// What this has done so far, for tests of its effort.
  struct effort {
    std::size_t lookups = 0;      ///< merges looked up for tokens that meet
    std::size_t bytes_merged = 0; ///< bytes that went through the ordered merge, with repetitions
  };
  const effort& spent() const noexcept { return spent_; }

private:
  struct candidate;

  bool step_through(const rank_tables& ranks, std::string_view piece, std::vector<token_id>& out);
  void merge_by_parts(const rank_tables& ranks, std::string_view piece, std::vector<token_id>& out);
  void merge_in_order(const rank_tables& ranks, std::string_view text);
  void offer(const rank_tables& ranks, std::uint32_t at);

  std::vector<token_id> tokens_;
  std::vector<std::uint64_t> dead_ends_; ///< a bit a place from which no encoding goes on
  // The ordered merge: the parts a text consists of, by first byte, and possible merges as a heap.
  std::vector<token_id> parts_;
  std::vector<token_id> merges_; ///< of the part with the one behind it
  std::vector<std::uint32_t> next_;
  std::vector<std::uint32_t> previous_;
  std::vector<std::uint64_t> heap_; ///< merged << 32 | place
  std::vector<token_id> merged_;    ///< the result
  effort spent_;
};

} // namespace spillway::tokens
