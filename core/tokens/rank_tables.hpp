#pragma once

#include "core/tokens/rank_image.hpp"

#include <cstring>
#include <string_view>

namespace spillway::tokens {

/// `key_of` when 16 bytes at `text` may be read.
inline piece_key key_of_readable(const char* text, std::size_t size) noexcept {
  piece_key key;
  std::memcpy(&key, text, 16);
  const std::uint64_t all = ~std::uint64_t{0};
  key.low &= size < 8 ? ~(all << (size * 8)) : all;
  key.high &= size > 8 ? all >> (128 - size * 8) : 0;
  key.high |= std::uint64_t{size} << 56;
  return key;
}

/// Look-ups in a rank image. A view: the image lies in read-only data for the program's life.
class rank_tables {
public:
  /// Requires: `image` is a whole rank image, aligned to 8 bytes.
  explicit rank_tables(const char* image) noexcept;

  std::uint32_t size() const noexcept { return tokens_; }

  /// Requires: id < size().
  std::string_view bytes_of(token_id id) const noexcept {
    return {token_bytes_ + token_offsets_[id], token_offsets_[id + 1] - token_offsets_[id]};
  }
  token_id token_of_byte(std::uint8_t byte) const noexcept { return byte_tokens_[byte]; }

  /// The token that two single bytes merge into, or `no_token`.
  token_id merge_of_bytes(std::uint8_t left, std::uint8_t right) const noexcept {
    return byte_pairs_[left * 256u + right];
  }

  /// The token that two tokens merge into, or `no_token`.
  token_id merge_of(token_id left, token_id right) const noexcept {
    const std::uint64_t hash = hash_of_pair(left, right);
    const std::uint16_t pilot = pair_pilots_[bucket_of(hash, pair_buckets_)];
    const std::uint64_t entry = pairs_[slot_of(hash, pilot, pair_slots_)];
    const std::uint64_t key = (std::uint64_t{left} << token_id_bits) | right;
    constexpr std::uint64_t id_mask = (1u << token_id_bits) - 1;
    return (entry >> token_id_bits) == key ? static_cast<token_id>(entry & id_mask) : no_token;
  }

  /// The token that is this text of at most 15 bytes, or `no_token`.
  token_id find(const piece_key& key, std::uint64_t hash) const noexcept {
    const std::uint16_t pilot = piece_pilots_[bucket_of(hash, piece_buckets_)];
    const std::uint32_t slot = slot_of(hash, pilot, piece_slots_);
    return piece_keys_[slot] == key ? piece_ids_[slot] : no_token;
  }

  /// The token that is this text of more than 15 bytes, or `no_token`.
  token_id find_long(std::string_view text) const noexcept;

private:
  std::uint32_t tokens_;
  std::uint32_t piece_buckets_;
  std::uint32_t piece_slots_;
  std::uint32_t long_buckets_;
  std::uint32_t long_slots_;
  std::uint32_t pair_buckets_;
  std::uint32_t pair_slots_;
  const std::uint32_t* token_offsets_;
  const char* token_bytes_;
  const std::uint32_t* byte_tokens_;
  const std::uint32_t* byte_pairs_;
  const std::uint16_t* piece_pilots_;
  const piece_key* piece_keys_;
  const std::uint32_t* piece_ids_;
  const std::uint16_t* long_pilots_;
  const std::uint32_t* long_ids_;
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
