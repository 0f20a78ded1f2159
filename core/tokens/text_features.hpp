#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace spillway::tokens {

/// What of a text says how many tokens a tokenizer that we do not have makes of it. The features of
/// a whole text are those of its parts at clean cuts added up, and likewise for messages.
struct text_features {
  static constexpr std::size_t size = 8;

  std::int64_t o200k = 0;       ///< exact count in o200k_base
  std::int64_t words = 0;       ///< runs of ASCII letters
  std::int64_t digits = 0;      ///< ASCII digits
  std::int64_t blanks = 0;      ///< runs of blanks longer than one, tabs and the like included
  std::int64_t newlines = 0;    ///< line feeds
  std::int64_t punctuation = 0; ///< other ASCII characters
  std::int64_t ideographs = 0;  ///< from U+3000 to U+DFFF: Chinese, Japanese, Korean
  std::int64_t other = 0;       ///< other characters that are not ASCII

  text_features& operator+=(const text_features& more) noexcept;
  std::array<double, size> values() const noexcept;
  friend bool operator==(const text_features&, const text_features&) = default;
};

/// The features of a text; of ill-formed UTF-8 roughly.
text_features features_of(std::string_view text);

} // namespace spillway::tokens
