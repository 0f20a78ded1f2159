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

/// Longest piece that fits a `piece_key`.
inline constexpr std::size_t short_piece_max = 15;

/// Where the parts of a rank image begin, in bytes from its start. A rank image is made at build
/// time by `expand_ranks`, lies in the program's read-only data and is used where it lies.
struct rank_image_header {
  std::uint32_t magic;         ///< `rank_image_magic`
  std::uint32_t tokens;        ///< ranks 0 .. tokens-1
  std::uint32_t token_offsets; ///< uint32[tokens + 1]: token i is bytes [i] .. [i+1] of token_bytes
  std::uint32_t token_bytes;   ///< all tokens' bytes in rank order
  std::uint32_t byte_tokens;   ///< uint32[256]: the token of a single byte
  std::uint32_t byte_pairs;    ///< uint32[65536]: the token of two bytes (first * 256 + second)
  std::uint32_t piece_pilots;  ///< uint16[piece_buckets]
  std::uint32_t piece_buckets;
  std::uint32_t piece_keys; ///< piece_key[piece_slots]: every token of at most 15 bytes
  std::uint32_t piece_ids;  ///< uint32[piece_slots]
  std::uint32_t piece_slots;
  std::uint32_t long_pilots; ///< uint16[long_buckets]
  std::uint32_t long_buckets;
  std::uint32_t long_ids; ///< uint32[long_slots]: every longer token
  std::uint32_t long_slots;
  std::uint32_t pair_pilots; ///< uint16[pair_buckets]
  std::uint32_t pair_buckets;
  std::uint32_t pairs; ///< uint64[pair_slots]: left << 36 | right << 18 | merged
  std::uint32_t pair_slots;
  std::uint32_t size; ///< of the whole image
};

inline constexpr std::uint32_t rank_image_magic = 0x3149'5053; // "SPI1"
inline constexpr unsigned token_id_bits = 18;
inline constexpr std::uint64_t no_pair = ~std::uint64_t{0};

/// A text of at most 15 bytes: its bytes in order, zero filled, and its length in the top byte.
struct piece_key {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  friend bool operator==(const piece_key&, const piece_key&) = default;
};

/// Key of `size` bytes at `text`. Requires: 1 <= size <= 15.
inline piece_key key_of(const char* text, std::size_t size) noexcept {
  piece_key key;
  std::memcpy(&key, text, size);
  key.high |= std::uint64_t{size} << 56;
  return key;
}

inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline std::uint64_t hash_of(const piece_key& key) noexcept {
  return mix(key.low ^ 0x9e37'79b9'7f4a'7c15, key.high ^ 0xd1b5'4a32'd192'ed03);
}

inline std::uint64_t hash_of_pair(token_id left, token_id right) noexcept {
  const std::uint64_t key = (std::uint64_t{left} << token_id_bits) | right;
  return mix(key ^ 0x9e37'79b9'7f4a'7c15, 0xd1b5'4a32'd192'ed03);
}

/// Hash of a text longer than a `piece_key` holds.
std::uint64_t hash_of_text(const char* text, std::size_t size) noexcept;

/// The perfect hash's bucket of a key: the low half of its hash, scaled.
inline std::uint32_t bucket_of(std::uint64_t hash, std::uint32_t buckets) noexcept {
  return static_cast<std::uint32_t>(((hash & 0xffff'ffff) * buckets) >> 32);
}

/// The perfect hash's slot of a key whose bucket has this pilot.
inline std::uint32_t slot_of(std::uint64_t hash, std::uint16_t pilot,
                             std::uint32_t slots) noexcept {
  const std::uint64_t moved = mix(hash ^ (pilot * 0x8cb9'2ba7'2f3d'8dd7), 0xaaaa'aaaa'5555'5555);
  return static_cast<std::uint32_t>(((moved >> 32) * slots) >> 32);
}

} // namespace spillway::tokens
