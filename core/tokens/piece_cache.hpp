#pragma once

#include "core/tokens/rank_image.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

namespace spillway::tokens {

/// A text of 16 to 30 bytes: its bytes in order, zero filled, and its length behind them; the top
/// byte is free.
struct long_key {
  std::array<std::uint64_t, 4> words{};

  static constexpr std::size_t size_min = 16;
  static constexpr std::size_t size_max = 30;

  /// Requires: size_min <= size <= size_max, and 32 bytes at `text` may be read.
  static long_key of(const char* text, std::size_t size) noexcept {
    long_key key;
    std::memcpy(&key, text, 32);
    constexpr std::uint64_t all = ~std::uint64_t{0};
    key.words[2] &= size < 24 ? ~(all << ((size - 16) * 8)) : all;
    key.words[3] &= size > 24 ? all >> (256 - size * 8) : 0;
    key.words[3] |= std::uint64_t{size} << 48;
    return key;
  }

  std::uint64_t hash() const noexcept {
    return mix(words[0] ^ mix(words[2] ^ 0x9e37'79b9'7f4a'7c15, words[3] ^ 0x8cb9'2ba7'2f3d'8dd7),
               words[1] ^ 0xd1b5'4a32'd192'ed03);
  }
};

/// Token counts of pieces seen lately. An entry holds the whole piece, so a hit is exact. A set has
/// two entries; a new piece takes the place of the one used less lately. 512 KiB; one a thread and
/// encoding, for the thread's life.
class piece_cache {
public:
  piece_cache() : shorts_(short_sets), longs_(long_sets) {}

  void prefetch(std::uint64_t short_hash) const noexcept {
    __builtin_prefetch(&shorts_[short_hash & (short_sets - 1)]);
  }

  /// The count of a piece, or 0 if it is not here.
  std::int64_t find(const short_key& key, std::uint64_t hash) noexcept {
    auto& [first, second] = shorts_[hash & (short_sets - 1)];
    if (same(first, key)) [[likely]]
      return count_in(first);
    std::swap(first, second);
    return same(first, key) ? count_in(first) : 0;
  }
  std::int64_t find(const long_key& key, std::uint64_t hash) noexcept {
    auto& [first, second] = longs_[hash & (long_sets - 1)];
    if (same(first, key))
      return count_in(first);
    std::swap(first, second);
    return same(first, key) ? count_in(first) : 0;
  }

  /// Remembers a piece that `find` has just not found.
  /// Requires: `count` is at least 1 and at most the piece's bytes.
  void put(short_key key, std::uint64_t hash, std::int64_t count) noexcept {
    key.high |= static_cast<std::uint64_t>(count) << short_count_shift;
    shorts_[hash & (short_sets - 1)][0] = key;
  }
  void put(long_key key, std::uint64_t hash, std::int64_t count) noexcept {
    key.words[3] |= static_cast<std::uint64_t>(count) << long_count_shift;
    longs_[hash & (long_sets - 1)][0] = key;
  }

private:
  static constexpr std::size_t short_sets = 1 << 13;
  static constexpr std::size_t long_sets = 1 << 12;
  // A short length takes the low half of a key's top byte, which leaves the high half.
  static constexpr unsigned short_count_shift = 60;
  static constexpr std::uint64_t short_count_mask = std::uint64_t{15} << short_count_shift;
  static constexpr unsigned long_count_shift = 56;
  static constexpr std::uint64_t long_count_mask = std::uint64_t{255} << long_count_shift;

  static bool same(const short_key& entry, const short_key& key) noexcept {
    return entry.low == key.low && (entry.high & ~short_count_mask) == key.high;
  }
  static bool same(const long_key& entry, const long_key& key) noexcept {
    return ((entry.words[0] ^ key.words[0]) | (entry.words[1] ^ key.words[1])
            | (entry.words[2] ^ key.words[2])
            | ((entry.words[3] & ~long_count_mask) ^ key.words[3]))
           == 0;
  }
  static std::int64_t count_in(const short_key& entry) noexcept {
    return static_cast<std::int64_t>(entry.high >> short_count_shift);
  }
  static std::int64_t count_in(const long_key& entry) noexcept {
    return static_cast<std::int64_t>(entry.words[3] >> long_count_shift);
  }

  std::vector<std::array<short_key, 2>> shorts_;
  std::vector<std::array<long_key, 2>> longs_;
};

} // namespace spillway::tokens
