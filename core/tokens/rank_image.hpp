#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace spillway::tokens {

/// A token's number: its rank in the encoding's list, or that of a special token.
using token_id = std::uint32_t;

/// No such token.
inline constexpr token_id no_token = 0xffff'ffff;

/// Longest token of the encodings we hold, in bytes; the build refuses ranks with a longer one.
inline constexpr std::size_t token_bytes_max = 128;

inline constexpr unsigned token_id_bits = 18;
inline constexpr std::uint64_t token_id_mask = (1u << token_id_bits) - 1;

/// Ranks below this are the single bytes, in some order; `expand_ranks` sees to it.
inline constexpr token_id single_bytes = 256;

/// What encoding needs to know of a token, in half a cache line.
struct token_record {
  static constexpr std::size_t chain_size = 3;

  std::uint32_t size;   ///< in bytes
  token_id shorter;     ///< the longest other token that this one begins with; no_token for a byte
  /// The first of the two tokens that are merged last to make this one, the first of the two that
  /// make that, and so on; once at a single byte, that again.
  token_id first_parts[chain_size];
  /// The second of the two that are merged last, the second of the two that make that, and so on.
  token_id second_parts[chain_size];
};
static_assert(sizeof(token_record) == 32);

/// A text of at most 15 bytes: its bytes in order, zero filled, and its length in the top byte.
struct short_key {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  static constexpr std::size_t size_max = 15;
  static const unsigned char mask[32]; ///< 16 bytes of ones, 16 of zeros

  /// Requires: 1 <= size <= size_max, and 16 bytes at `text` may be read.
  static short_key of(const char* text, std::size_t size) noexcept {
    short_key key;
    std::memcpy(&key, text, 16);
    std::uint64_t low_mask = 0;
    std::uint64_t high_mask = 0;
    std::memcpy(&low_mask, mask + 16 - size, 8);
    std::memcpy(&high_mask, mask + 24 - size, 8);
    key.low &= low_mask;
    key.high = (key.high & high_mask) | std::uint64_t{size} << 56;
    return key;
  }
  std::size_t size() const noexcept { return high >> 56; }
  std::uint64_t hash() const noexcept;
  friend bool operator==(const short_key&, const short_key&) = default;
};

/// A node of the trie of all tokens, in the slot that its parent's children and its byte lead to.
/// In bits from the lowest: where its own children are (22, 0 if it has none), its byte (9, more
/// than a byte if the slot is empty), and the token that ends here plus one (19, 0 if none does).
using trie_node = std::uint64_t;
inline constexpr unsigned trie_children_bits = 22;
inline constexpr unsigned trie_byte_bits = 9;
inline constexpr trie_node trie_empty = trie_node{0x100} << trie_children_bits;

/// Where the parts of a rank image begin, in bytes from its start. A rank image is made at build
/// time by `expand_ranks`, lies in the program's read-only data and is used where it lies.
struct rank_image_header {
  std::uint32_t magic;         ///< `rank_image_magic`
  std::uint32_t tokens;        ///< ranks 0 .. tokens-1
  std::uint32_t token_offsets; ///< uint32[tokens + 1]: token i is bytes [i] .. [i+1] of token_bytes
  std::uint32_t token_bytes;   ///< all tokens' bytes in rank order
  std::uint32_t records;       ///< token_record[tokens]
  std::uint32_t byte_tokens;   ///< uint32[256]: the token of a single byte
  std::uint32_t byte_pairs;    ///< uint32[65536]: the token of two bytes (first * 256 + second)
  std::uint32_t trie;          ///< trie_node[trie_nodes]
  std::uint32_t trie_nodes;
  std::uint32_t trie_root;    ///< where the first bytes' nodes are
  std::uint32_t short_pilots; ///< uint16[short_buckets]
  std::uint32_t short_buckets;
  std::uint32_t shorts; ///< short_key[short_slots]: every token of at most 15 bytes
  std::uint32_t short_slots;
  std::uint32_t pair_filter; ///< uint64[pair_filter_words]: a Bloom filter of all merges
  std::uint32_t pair_pilots; ///< uint16[pair_buckets]
  std::uint32_t pair_buckets;
  std::uint32_t pairs; ///< uint64[pair_slots]: left << 36 | right << 18 | merged
  std::uint32_t pair_slots;
  std::uint32_t size; ///< of the whole image
};

inline constexpr std::uint32_t rank_image_magic = 0x3249'5053; // "SPI2"
inline constexpr std::uint64_t no_pair = ~std::uint64_t{0};
inline constexpr std::uint32_t pair_filter_words = 1 << 15;

inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline constexpr unsigned char short_key::mask[32] = {
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
};

inline std::uint64_t short_key::hash() const noexcept {
  return mix(low ^ 0x9e37'79b9'7f4a'7c15, high ^ 0xd1b5'4a32'd192'ed03);
}

inline std::uint64_t hash_of_pair(token_id left, token_id right) noexcept {
  const std::uint64_t key = (std::uint64_t{left} << token_id_bits) | right;
  return mix(key ^ 0x9e37'79b9'7f4a'7c15, 0xd1b5'4a32'd192'ed03);
}

/// The filter's word for a pair, and the bits in it that are set if the pair merges.
inline std::uint32_t filter_word_of(std::uint64_t hash) noexcept {
  return static_cast<std::uint32_t>(hash >> 12) & (pair_filter_words - 1);
}
inline std::uint64_t filter_bits_of(std::uint64_t hash) noexcept {
  return std::uint64_t{1} << (hash & 63) | std::uint64_t{1} << ((hash >> 6) & 63);
}

/// The perfect hash's bucket of a key: the high half of its hash, scaled.
inline std::uint32_t bucket_of(std::uint64_t hash, std::uint32_t buckets) noexcept {
  return static_cast<std::uint32_t>(((hash >> 32) * buckets) >> 32);
}

/// The perfect hash's slot of a key whose bucket has this pilot.
inline std::uint32_t slot_of(std::uint64_t hash, std::uint16_t pilot,
                             std::uint32_t slots) noexcept {
  const std::uint64_t moved = mix(hash ^ (pilot * 0x8cb9'2ba7'2f3d'8dd7), 0xaaaa'aaaa'5555'5555);
  return static_cast<std::uint32_t>(((moved >> 32) * slots) >> 32);
}

} // namespace spillway::tokens
