#include "core/tokens/text_memo.hpp"

#include "core/tokens/bpe.hpp"
#include "core/tokens/rank_image.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace spillway::tokens {
namespace {

// Counting so short a text takes no longer than looking it up.
constexpr std::size_t remembered_bytes_min = 48;

constexpr std::size_t word_bytes = 16; // that are hashed at once

constexpr std::uint64_t features_kind = 0xff;

} // namespace

void text_memo::absorb(key& k, std::uint64_t first, std::uint64_t second) noexcept {
  k.low = mix(k.low ^ first, 0x8cb9'2ba7'2f3d'8dd7 ^ second);
  k.high = mix(k.high ^ second, 0xe703'7ed1'a0b4'28db ^ first);
}

void text_memo::absorb(key& k, std::string_view word) noexcept {
  std::uint64_t words[2] = {};
  std::memcpy(words, word.data(), word.size());
  absorb(k, words[0], words[1]);
}

// Two hashes of 64 bits over the same words: chance alone makes two texts collide once in 2^128.
// In lanes, for a multiplication waits only for the one before in its own.
text_memo::key text_memo::key_of(std::string_view text, std::uint64_t kind) noexcept {
  const key start{text.size() ^ 0x9e37'79b9'7f4a'7c15, kind ^ 0xd1b5'4a32'd192'ed03};
  std::array<key, 4> lanes{start, start, start, start};
  for (; text.size() >= lanes.size() * word_bytes; text.remove_prefix(lanes.size() * word_bytes))
    for (std::size_t i = 0; i < lanes.size(); ++i)
      absorb(lanes[i], text.substr(i * word_bytes, word_bytes));
  for (std::size_t i = 0; !text.empty(); ++i) {
    absorb(lanes[i], text.substr(0, word_bytes));
    text.remove_prefix(std::min(word_bytes, text.size()));
  }
  key k = start;
  for (const key& lane : lanes)
    absorb(k, lane.low, lane.high);
  return k;
}

template <class Make>
const text_features& text_memo::remembered(const key& k, Make make) {
  if (const auto it = young_.find(k); it != young_.end()) {
    ++hits_;
    return it->second;
  }
  if (young_.size() >= generation_max_) {
    old_ = std::move(young_);
    young_.clear();
  }
  if (auto node = old_.extract(k)) {
    ++hits_;
    return young_.insert(std::move(node)).position->second;
  }
  ++misses_;
  return young_.emplace(k, make()).first->second;
}

std::int64_t text_memo::count(encoding e, std::string_view text) {
  if (text.size() < remembered_bytes_min)
    return tokens::count(e, text);
  const auto make = [&] {
    text_features f;
    f.o200k = tokens::count(e, text);
    return f;
  };
  return remembered(key_of(text, static_cast<std::uint64_t>(e)), make).o200k;
}

text_features text_memo::features(std::string_view text) {
  if (text.size() < remembered_bytes_min)
    return features_of(text);
  return remembered(key_of(text, features_kind), [&] { return features_of(text); });
}

} // namespace spillway::tokens
