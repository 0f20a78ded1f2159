#include "core/tokens/text_memo.hpp"

#include "core/tokens/bpe.hpp"
#include "core/tokens/rank_image.hpp"

#include <cstring>

namespace spillway::tokens {
namespace {

// Counting so short a text takes no longer than looking it up.
constexpr std::size_t remembered_bytes_min = 48;

constexpr std::uint64_t features_kind = 0xff;

} // namespace

// Two hashes of 64 bits over the same words: chance alone makes two texts collide once in 2^128.
text_memo::key text_memo::key_of(std::string_view text, std::uint64_t kind) noexcept {
  key k{text.size() ^ 0x9e37'79b9'7f4a'7c15, kind ^ 0xd1b5'4a32'd192'ed03};
  for (std::size_t at = 0; at < text.size(); at += 16) {
    std::uint64_t words[2] = {};
    std::memcpy(words, text.data() + at, std::min<std::size_t>(16, text.size() - at));
    k.low = mix(k.low ^ words[0], 0x8cb9'2ba7'2f3d'8dd7 ^ words[1]);
    k.high = mix(k.high ^ words[1], 0xe703'7ed1'a0b4'28db ^ words[0]);
  }
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
