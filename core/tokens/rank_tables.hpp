#pragma once

#include "core/tokens/rank_image.hpp"

#include <string_view>

namespace spillway::tokens {

/// Look-ups in a rank image. A view: the image lies in read-only data for the program's life.
class rank_tables {
public:
  /// Requires: `image` is a whole rank image, aligned to 8 bytes.
  explicit rank_tables(const char* image) noexcept;

  std::uint32_t size() const noexcept { return tokens_; }

  /// Empty for a rank that is left out. Requires: id < size().
  std::string_view bytes_of(token_id id) const noexcept {
    return {token_bytes_ + token_offsets_[id], records_[id].size};
  }
  /// Requires: id < size().
  const token_record& record(token_id id) const noexcept { return records_[id]; }
  token_id token_of_byte(std::uint8_t byte) const noexcept { return byte_tokens_[byte]; }

  struct match {
    token_id token;
    std::size_t size;
  };

  /// The longest token that [at, end) begins with. Requires: at < end.
  match longest(const char* at, const char* end) const noexcept {
    const char* const begin = at;
    const char* found_end = at;
    std::uint32_t children = trie_root_;
    std::uint64_t found = 0;
    do {
      const auto byte = static_cast<std::uint8_t>(*at);
      const trie_node node = trie_[children ^ byte];
      constexpr std::uint64_t byte_mask = (1u << trie_byte_bits) - 1;
      if (((node >> trie_children_bits) & byte_mask) != byte)
        break;
      ++at;
      const std::uint64_t token = node >> (trie_children_bits + trie_byte_bits);
      found = token != 0 ? token : found;
      found_end = token != 0 ? at : found_end;
      children = node & ((1u << trie_children_bits) - 1);
    } while (at < end && children != 0);
    return {static_cast<token_id>(found - 1), static_cast<std::size_t>(found_end - begin)};
  }

  /// Whether a text of at most 15 bytes is a token.
  bool has(const short_key& key, std::uint64_t hash) const noexcept {
    const std::uint16_t pilot = short_pilots_[bucket_of(hash, short_buckets_)];
    return shorts_[slot_of(hash, pilot, short_slots_)] == key;
  }

  /// The token that two single bytes merge into, or `no_token`.
  token_id merge_of_bytes(std::uint8_t left, std::uint8_t right) const noexcept {
    return byte_pairs_[left * 256u + right];
  }

  /// The token that two tokens merge into, or `no_token`.
  token_id merge_of(token_id left, token_id right) const noexcept {
    const std::uint64_t hash = hash_of_pair(left, right);
    const std::uint64_t bits = filter_bits_of(hash);
    if ((pair_filter_[filter_word_of(hash)] & bits) != bits)
      return no_token;
    const std::uint16_t pilot = pair_pilots_[bucket_of(hash, pair_buckets_)];
    const std::uint64_t entry = pairs_[slot_of(hash, pilot, pair_slots_)];
    const std::uint64_t key = (std::uint64_t{left} << token_id_bits) | right;
    return (entry >> token_id_bits) == key ? static_cast<token_id>(entry & token_id_mask)
                                           : no_token;
  }

  /// Whether the encoding of the two tokens' bytes is these two tokens: no merge across the border
  /// would have come before one that made them. Adds the merges it looked up to `work`.
  bool may_meet(token_id left, token_id right, std::size_t& work) const noexcept {
    // Undoes the merges beside the border, the latest first. Those across it that rank below the
    // one undone last would have come before it; of equals the left one comes first. Single bytes
    // rank below all others: when the later one is one, both are.
    const token_id* left_parts = records_[left].second_parts;
    const token_id* right_parts = records_[right].first_parts;
    std::size_t left_undone = 0;
    std::size_t right_undone = 0;
    token_id limit = no_token;
    for (; merge_of(left, right) >= limit; ++work) {
      const bool undo_left = left > right;
      const token_id undone = undo_left ? left : right;
      if (undone < single_bytes)
        return true;
      limit = undone + !undo_left;
      const token_id next_left = left_parts[left_undone];
      const token_id next_right = right_parts[right_undone];
      left = undo_left ? next_left : left;
      right = undo_left ? right : next_right;
      left_undone += undo_left;
      right_undone += !undo_left;
      if (left_undone == token_record::chain_size) {
        left_parts = records_[left].second_parts;
        left_undone = 0;
      }
      if (right_undone == token_record::chain_size) {
        right_parts = records_[right].first_parts;
        right_undone = 0;
      }
    }
    return false;
  }

private:
  std::uint32_t tokens_;
  std::uint32_t trie_root_;
  std::uint32_t short_buckets_;
  std::uint32_t short_slots_;
  std::uint32_t pair_buckets_;
  std::uint32_t pair_slots_;
  const std::uint32_t* token_offsets_;
  const char* token_bytes_;
  const token_record* records_;
  const std::uint16_t* short_pilots_;
  const short_key* shorts_;
  const std::uint32_t* byte_tokens_;
  const std::uint32_t* byte_pairs_;
  const trie_node* trie_;
  const std::uint64_t* pair_filter_;
  const std::uint16_t* pair_pilots_;
  const std::uint64_t* pairs_;
};

/// The tables of o200k_base (and o200k_harmony, whose ranks are the same).
const rank_tables& o200k_tables() noexcept;

/// The tables of cl100k_base.
const rank_tables& cl100k_tables() noexcept;

/// The tables of p50k_base; rank 50256, which is <|endoftext|>, is a token without bytes.
const rank_tables& p50k_tables() noexcept;

/// The tables of r50k_base, which are those of gpt2.
const rank_tables& r50k_tables() noexcept;

} // namespace spillway::tokens
