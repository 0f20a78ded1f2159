#include "core/tokens/text_memo.hpp"

#include "core/tokens/bpe.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace spillway::tokens {
namespace {

// Counting so short a text takes no longer than looking it up.
constexpr std::size_t remembered_bytes_min = 48;

constexpr std::uint64_t features_kind = 0xff;

} // namespace

text_memo::key text_memo::key_of(std::string_view text, std::uint64_t kind) noexcept {
  const XXH128_hash_t hash = XXH3_128bits_withSeed(text.data(), text.size(), kind);
  return {hash.low64, hash.high64};
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
