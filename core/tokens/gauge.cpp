#include "core/tokens/gauge.hpp"

#include "core/assert.hpp"
#include "core/tokens/bpe.hpp"

#include <cmath>

namespace spillway::tokens {

gauge::gauge(std::span<const tokenizer* const> by) {
  for (const tokenizer* t : by) {
    if (t->exact)
      wanted_[static_cast<std::size_t>(*t->exact)] = true;
    else
      features_wanted_ = true;
  }
}

void gauge::add(std::string_view more) {
  bytes_ += static_cast<std::int64_t>(more.size());
  take(parts_.add(more));
}

void gauge::finish() {
  take(parts_.rest());
  parts_ = {};
}

void gauge::take(std::string_view part) {
  if (features_wanted_)
    features_ += features_of(part);
  for (const encoding e : all_encodings)
    if (wanted_[static_cast<std::size_t>(e)] && !(features_wanted_ && e == encoding::o200k_base))
      counts_[static_cast<std::size_t>(e)] += count(e, part);
}

std::int64_t gauge::tokens(const tokenizer& by) const {
  if (!by.exact) {
    SPILLWAY_ASSERT(features_wanted_);
    return std::llround(std::ceil(estimated_tokens(by, features_)));
  }
  SPILLWAY_ASSERT(wanted_[static_cast<std::size_t>(*by.exact)]);
  if (features_wanted_ && *by.exact == encoding::o200k_base)
    return features_.o200k;
  return counts_[static_cast<std::size_t>(*by.exact)];
}

} // namespace spillway::tokens
