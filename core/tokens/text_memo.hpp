#pragma once

#include "core/tokens/encoding.hpp"
#include "core/tokens/text_features.hpp"

#include <cstdint>
#include <string_view>
#include <unordered_map>

namespace spillway::tokens {

/// Counts texts and remembers the counts by a hash of 128 bits (XXH3), so that a conversation that
/// grows is counted once. Texts not asked for lately are forgotten. Holds no text.
class text_memo {
public:
  /// `entries_max`: texts remembered at most.
  explicit text_memo(std::size_t entries_max) : generation_max_{entries_max / 2 + 1} {}

  /// Exact, as `tokens::count`.
  std::int64_t count(encoding e, std::string_view text);
  text_features features(std::string_view text);

  std::size_t size() const noexcept { return young_.size() + old_.size(); }
  std::uint64_t hits() const noexcept { return hits_; }
  std::uint64_t misses() const noexcept { return misses_; }

private:
  struct key {
    std::uint64_t low;
    std::uint64_t high;
    friend bool operator==(const key&, const key&) = default;
  };
  struct key_hash {
    std::size_t operator()(const key& k) const noexcept { return k.low; }
  };
  using generation = std::unordered_map<key, text_features, key_hash>;

  static key key_of(std::string_view text, std::uint64_t kind) noexcept;
  // What is remembered under `k`, else what `make` gives.
  template <class Make>
  const text_features& remembered(const key& k, Make make);

  // Texts move to the young generation when asked for; when it is full, the old one is dropped.
  generation young_;
  generation old_;
  std::size_t generation_max_;
  std::uint64_t hits_ = 0;
  std::uint64_t misses_ = 0;
};

} // namespace spillway::tokens
