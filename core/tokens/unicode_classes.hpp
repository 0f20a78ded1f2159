#pragma once

#include <cstdint>

namespace spillway::tokens {

/// What the pre-tokenizers of OpenAI's encodings tell apart, as the regex classes they are made of.
enum class char_class : std::uint8_t {
  other = 0,   ///< none of the below: punctuation, symbols, controls, unassigned
  upper = 1,   ///< \p{Lu} \p{Lt}
  lower = 2,   ///< \p{Ll}
  letter = 3,  ///< \p{Lm} \p{Lo}
  mark = 4,    ///< \p{M}
  number = 5,  ///< \p{N}
  space = 6,   ///< \s without CR and LF
  newline = 7, ///< CR and LF
};

/// Two-stage table, 4 bits a code point: 128 code points a block, 16 a word.
extern const std::uint8_t unicode_block_of[8704];
extern const std::uint64_t unicode_blocks[];

/// Requires: `code_point` < 0x110000.
inline char_class class_of(std::uint32_t code_point) noexcept {
  const std::uint32_t word = unicode_block_of[code_point >> 7] * 8u + ((code_point >> 4) & 7u);
  return static_cast<char_class>((unicode_blocks[word] >> ((code_point & 15u) * 4u)) & 15u);
}

} // namespace spillway::tokens
