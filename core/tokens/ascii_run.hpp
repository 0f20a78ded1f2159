#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace spillway::tokens {

// Runs of ASCII letters, eight bytes at a time in one register. Needs a little-endian processor.
static_assert(std::endian::native == std::endian::little);

inline bool is_ascii_capital(char c) noexcept {
  return static_cast<unsigned char>(c - 'A') < 26;
}
inline bool is_ascii_letter(char c) noexcept {
  return static_cast<unsigned char>((c | 0x20) - 'a') < 26;
}

namespace detail {

inline constexpr auto word_beginnings = [] {
  std::array<bool, 256> may{};
  for (unsigned b = 0; b < 128; ++b)
    may[b] = (b < '0' || b > '9') && b != '\r' && b != '\n';
  return may;
}();

} // namespace detail

/// Whether a character is ASCII and may be the first of a word's piece: a letter, or one that is
/// neither digit nor line break.
inline bool may_precede_word(char c) noexcept {
  return detail::word_beginnings[static_cast<unsigned char>(c)];
}

/// Whether a word that ends at `after` is complete: what follows is ASCII and begins no
/// contraction. At the end of the text, where what follows is unknown, false.
inline bool ends_word(const char* after, const char* end) noexcept {
  return after < end && static_cast<signed char>(*after) >= 0 && *after != '\'';
}

namespace detail {

constexpr std::uint64_t each(unsigned char byte) noexcept {
  return std::uint64_t{0x0101'0101'0101'0101} * byte;
}

// The top bit of each byte that is an ASCII character from `first` to `last`.
template <char first, char last>
std::uint64_t bytes_within(std::uint64_t bytes) noexcept {
  const std::uint64_t low = bytes & each(0x7f);
  const std::uint64_t from = low + each(static_cast<unsigned char>(0x80 - first));
  const std::uint64_t past = low + each(static_cast<unsigned char>(0x7f - last));
  return from & ~past & ~bytes & each(0x80);
}

template <bool FoldCase>
const char* run_end(const char* at, const char* end) noexcept {
  while (end - at >= 8) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, at, 8);
    const std::uint64_t folded = FoldCase ? bytes | each(0x20) : bytes;
    const std::uint64_t others = bytes_within<'a', 'z'>(folded) ^ each(0x80);
    if (others != 0)
      return at + std::countr_zero(others) / 8;
    at += 8;
  }
  const char fold = FoldCase ? 0x20 : 0;
  while (at < end && static_cast<unsigned char>((*at | fold) - 'a') < 26)
    ++at;
  return at;
}

} // namespace detail

/// The end of the run of a-z at `at`, which may be empty.
inline const char* small_letters_end(const char* at, const char* end) noexcept {
  return detail::run_end<false>(at, end);
}

/// The end of the run of A-Z and a-z at `at`, which may be empty.
inline const char* letters_end(const char* at, const char* end) noexcept {
  return detail::run_end<true>(at, end);
}

} // namespace spillway::tokens
