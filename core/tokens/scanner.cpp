#include "core/tokens/scanner.hpp"

#include "core/tokens/unicode_classes.hpp"

#include <array>

namespace spillway::tokens {
namespace {

constexpr char_class ascii_class(unsigned c) {
  if (c >= 'A' && c <= 'Z')
    return char_class::upper;
  if (c >= 'a' && c <= 'z')
    return char_class::lower;
  if (c >= '0' && c <= '9')
    return char_class::number;
  if (c == '\r' || c == '\n')
    return char_class::newline;
  return c == ' ' || (c >= 9 && c <= 13) ? char_class::space : char_class::other;
}

constexpr auto ascii_classes = [] {
  std::array<char_class, 128> table{};
  for (unsigned c = 0; c < 128; ++c)
    table[c] = ascii_class(c);
  return table;
}();

std::uint32_t byte_at(const char* p) noexcept {
  return static_cast<std::uint8_t>(*p);
}

struct character {
  char_class kind;
  const char* next;
};

character wide_character(const char* p) noexcept {
  const std::uint32_t lead = byte_at(p);
  const auto tail = [p](int i) { return byte_at(p + i) & 0x3f; };
  if (lead < 0xe0)
    return {class_of((lead & 0x1f) << 6 | tail(1)), p + 2};
  if (lead < 0xf0)
    return {class_of((lead & 0x0f) << 12 | tail(1) << 6 | tail(2)), p + 3};
  return {class_of((lead & 0x07) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3)), p + 4};
}

inline character character_at(const char* p) noexcept {
  const std::uint32_t lead = byte_at(p);
  if (lead < 0x80) [[likely]]
    return {ascii_classes[lead], p + 1};
  if (lead >= 0xe5 && lead <= 0xe9) // U+5000 .. U+9FFF: all of them are ideographs
    return {char_class::letter, p + 3};
  return wide_character(p);
}

constexpr unsigned bit(char_class c) noexcept {
  return 1u << static_cast<unsigned>(c);
}
constexpr bool is(char_class c, unsigned set) noexcept {
  return (set >> static_cast<unsigned>(c)) & 1u;
}

constexpr unsigned letters =
    bit(char_class::upper) | bit(char_class::lower) | bit(char_class::letter);
// What [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}] and [\p{Ll}\p{Lm}\p{Lo}\p{M}] of o200k have in common.
constexpr unsigned caseless = bit(char_class::letter) | bit(char_class::mark);
constexpr unsigned upper_run = caseless | bit(char_class::upper);
constexpr unsigned lower_run = caseless | bit(char_class::lower);
constexpr unsigned punctuation = bit(char_class::other) | bit(char_class::mark);
constexpr unsigned white = bit(char_class::space) | bit(char_class::newline);

template <unsigned Set>
inline const char* skip(const char* p, const char* end) noexcept {
  while (p < end) {
    const character c = character_at(p);
    if (!is(c.kind, Set))
      break;
    p = c.next;
  }
  return p;
}

// (?i:'s|'t|'re|'ve|'m|'ll|'d): `p` when there is none. U+017F folds to s.
const char* contraction(const char* p, const char* end) noexcept {
  if (end - p < 2 || *p != '\'')
    return p;
  const char first = static_cast<char>(p[1] | 0x20);
  if (first == 's' || first == 't' || first == 'm' || first == 'd')
    return p + 2;
  if (end - p < 3)
    return p;
  const char second = static_cast<char>(p[2] | 0x20);
  if ((first == 'r' && second == 'e') || (first == 'v' && second == 'e')
      || (first == 'l' && second == 'l'))
    return p + 3;
  return p[1] == '\xc5' && p[2] == '\xbf' ? p + 3 : p;
}

// A run of white space: through its last line break if it has one, else all of it before the end of
// the text, else all but the last character, which belongs to what follows.
const char* white_end(const char* at, const char* end) noexcept {
  const char* p = at;
  const char* before_last = at;
  const char* after_break = nullptr;
  while (p < end) {
    const character c = character_at(p);
    if (!is(c.kind, white))
      break;
    before_last = p;
    p = c.next;
    if (c.kind == char_class::newline)
      after_break = p;
  }
  if (after_break != nullptr)
    return after_break;
  return p == end || before_last == at ? p : before_last;
}

const char* number_end(const char* p, const char* end) noexcept {
  for (int digits = 0; digits < 3 && p < end; ++digits) {
    const character c = character_at(p);
    if (c.kind != char_class::number)
      break;
    p = c.next;
  }
  return p;
}

template <bool Slashes>
const char* punctuation_end(const char* p, const char* end) noexcept {
  p = skip<punctuation>(p, end);
  while (p < end && (*p == '\r' || *p == '\n' || (Slashes && *p == '/')))
    ++p;
  return p;
}

struct word {
  const char* end;
  bool lower; // the first word alternative: one or more of [\p{Ll}\p{Lm}\p{Lo}\p{M}] at its end
};

// One of o200k's word alternatives, without the optional character before it.
// Requires: a letter or mark at `at`.
word word_at(const char* at, const char* end) noexcept {
  const char* p = at;
  const char* after_caseless = nullptr;
  while (p < end) {
    const character c = character_at(p);
    if (!is(c.kind, upper_run)) {
      if (c.kind == char_class::lower)
        return {contraction(skip<lower_run>(c.next, end), end), true};
      break;
    }
    p = c.next;
    if (c.kind != char_class::upper)
      after_caseless = p;
  }
  if (after_caseless == nullptr)
    return {contraction(p, end), false};
  // The expression steps back to the last caseless letter, which serves as the lower part.
  return {after_caseless == p ? contraction(p, end) : after_caseless, true};
}

const char* mark_end(const char* after_mark, const char* end) noexcept {
  if (after_mark < end && is(character_at(after_mark).kind, letters | caseless)) {
    const word w = word_at(after_mark, end);
    return w.lower ? w.end : after_mark;
  }
  return contraction(after_mark, end);
}

// 's|'t|'re|'ve|'m|'ll|'d in lower case: `p` when there is none.
const char* small_contraction(const char* p, const char* end) noexcept {
  const char* const after = contraction(p, end);
  for (const char* c = p + 1; c < after; ++c)
    if (*c < 'a' || *c > 'z')
      return p;
  return after;
}

// A run of white space: all of it before the end of the text or if it is one character, else all
// but the last, which may belong to what follows.
const char* plain_white_end(const char* at, const char* end) noexcept {
  const char* last = at;
  const char* p = at;
  while (p < end) {
    const character c = character_at(p);
    if (!is(c.kind, white))
      return last == at ? p : last;
    last = p;
    p = c.next;
  }
  return p;
}

} // namespace

const char* any_o200k_piece_end(const char* at, const char* end) noexcept {
  const character c = character_at(at);
  if (is(c.kind, letters))
    return word_at(at, end).end;
  if (c.kind == char_class::number)
    return number_end(at, end);
  if (c.kind == char_class::newline)
    return white_end(at, end);
  if (c.kind == char_class::mark)
    return mark_end(c.next, end);
  if (c.next == end)
    return end;
  const char_class next = character_at(c.next).kind;
  if (is(next, letters | caseless))
    return word_at(c.next, end).end;
  if (c.kind == char_class::other || (*at == ' ' && next == char_class::other))
    return punctuation_end<true>(c.next, end);
  return white_end(at, end);
}

const char* any_cl100k_piece_end(const char* at, const char* end) noexcept {
  const character c = character_at(at);
  if (is(c.kind, letters))
    return skip<letters>(c.next, end);
  if (c.kind == char_class::number)
    return number_end(at, end);
  if (c.kind == char_class::newline)
    return white_end(at, end);
  if (const char* after = contraction(at, end); after != at)
    return after;
  if (c.next == end)
    return end;
  const char_class next = character_at(c.next).kind;
  if (is(next, letters))
    return skip<letters>(c.next, end);
  if (is(c.kind, punctuation) || (*at == ' ' && is(next, punctuation)))
    return punctuation_end<false>(c.next, end);
  return white_end(at, end);
}

const char* any_gpt2_piece_end(const char* at, const char* end) noexcept {
  if (const char* after = small_contraction(at, end); after != at)
    return after;
  const char* const from = *at == ' ' && at + 1 < end ? at + 1 : at;
  const character c = character_at(from);
  if (is(c.kind, letters))
    return skip<letters>(c.next, end);
  if (c.kind == char_class::number)
    return skip<bit(char_class::number)>(c.next, end);
  if (is(c.kind, punctuation))
    return skip<punctuation>(c.next, end);
  return plain_white_end(at, end);
}

} // namespace spillway::tokens
