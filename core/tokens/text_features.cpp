#include "core/tokens/text_features.hpp"

#include "core/tokens/bpe.hpp"

namespace spillway::tokens {
namespace {

enum class byte_kind : std::uint8_t {
  letter,
  digit,
  blank,
  newline,
  punctuation,
  wide_cjk,   // begins one of U+3000 .. U+DFFF
  wide_other, // begins another character that is not ASCII
  inner,      // goes on with a character
};

constexpr auto byte_kinds = [] {
  std::array<byte_kind, 256> kinds{};
  for (unsigned b = 0; b < 256; ++b) {
    const unsigned low = b | 0x20;
    kinds[b] = b == '\n'                               ? byte_kind::newline
               : b <= ' '                              ? byte_kind::blank
               : b >= 0xe3 && b <= 0xed                ? byte_kind::wide_cjk
               : b >= 0xc0                             ? byte_kind::wide_other
               : b >= 0x80                             ? byte_kind::inner
               : b >= '0' && b <= '9'                  ? byte_kind::digit
               : low >= 'a' && low <= 'z' && b >= 'A'  ? byte_kind::letter
                                                       : byte_kind::punctuation;
  }
  return kinds;
}();

} // namespace

text_features& text_features::operator+=(const text_features& more) noexcept {
  o200k += more.o200k;
  words += more.words;
  digits += more.digits;
  blanks += more.blanks;
  newlines += more.newlines;
  punctuation += more.punctuation;
  ideographs += more.ideographs;
  other += more.other;
  return *this;
}

std::array<double, text_features::size> text_features::values() const noexcept {
  const auto value = [](std::int64_t v) { return static_cast<double>(v); };
  return {value(o200k),    value(words),       value(digits),     value(blanks),
          value(newlines), value(punctuation), value(ideographs), value(other)};
}

text_features features_of(std::string_view text) {
  std::array<std::int64_t, 8> seen{};
  std::int64_t word_starts = 0;
  std::int64_t long_blanks = 0;
  unsigned last = ~0u;
  unsigned before_last = ~0u;
  constexpr auto letter = static_cast<unsigned>(byte_kind::letter);
  constexpr auto blank = static_cast<unsigned>(byte_kind::blank);
  for (const char c : text) {
    const auto kind = static_cast<unsigned>(byte_kinds[static_cast<std::uint8_t>(c)]);
    ++seen[kind];
    word_starts += kind == letter && last != letter;
    long_blanks += kind == blank && last == blank && before_last != blank;
    before_last = last;
    last = kind;
  }
  const auto of = [&](byte_kind k) { return seen[static_cast<std::size_t>(k)]; };
  text_features f;
  f.o200k = count(encoding::o200k_base, text);
  f.words = word_starts;
  f.digits = of(byte_kind::digit);
  f.blanks = long_blanks;
  f.newlines = of(byte_kind::newline);
  f.punctuation = of(byte_kind::punctuation);
  f.ideographs = of(byte_kind::wide_cjk);
  f.other = of(byte_kind::wide_other);
  return f;
}

} // namespace spillway::tokens
