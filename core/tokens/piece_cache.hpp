#pragma once

#include "core/tokens/rank_image.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace spillway::tokens {

/// Token counts of pieces seen lately. An entry holds the whole piece, so a hit is exact; a new
/// piece takes the place of the one with its hash. One a thread and encoding, for the thread's
/// life.
class piece_cache {
public:
  /// The count of a piece of at most 15 bytes, or 0.
  std::int64_t find(const piece_key& key, std::uint64_t hash) const noexcept {
    const piece_key& entry = entries_[hash & (entry_count - 1)];
    const bool same = entry.low == key.low && (entry.high & ~count_mask) == key.high;
    return same ? static_cast<std::int64_t>(entry.high >> count_shift) : 0;
  }

  /// Requires: 1 <= count <= 15, as for any piece of at most 15 bytes.
  void put(const piece_key& key, std::uint64_t hash, std::int64_t count) noexcept {
    const std::uint64_t high = key.high | static_cast<std::uint64_t>(count) << count_shift;
    entries_[hash & (entry_count - 1)] = {key.low, high};
  }

private:
  static constexpr std::size_t entry_count = 1 << 14;
  // The length takes the low half of a key's top byte, which leaves the high half for the count.
  static constexpr unsigned count_shift = 60;
  static constexpr std::uint64_t count_mask = std::uint64_t{15} << count_shift;

  std::array<piece_key, entry_count> entries_{};
};

} // namespace spillway::tokens
