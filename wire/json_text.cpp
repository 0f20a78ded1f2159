#include "wire/json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>

namespace spillway::wire {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";
constexpr std::string_view escaped_replacement = "\\uFFFD";

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

/// Has a byte of `word` its highest bit set, or is one below 0x20, a quote or a backslash? Bytes
/// behind the first such may be taken for one, so this answers for the word as a whole.
bool has_special(std::uint64_t word) {
  constexpr std::uint64_t ones = 0x0101010101010101U;
  const auto has_zero = [](std::uint64_t w) { return (w - ones) & ~w; };
  const std::uint64_t found = (word - ones * 0x20) | word | has_zero(word ^ ones * '"')
                              | has_zero(word ^ ones * '\\');
  return (found & ones * 0x80) != 0;
}

/// Bytes at the start of `text` that are written as they are.
std::size_t plain_length(std::string_view text) {
  std::size_t length = 0;
  for (std::uint64_t word = 0; length + sizeof word <= text.size(); length += sizeof word) {
    std::memcpy(&word, text.data() + length, sizeof word);
    if (has_special(word))
      break;
  }
  while (length < text.size() && is_plain(text[length]))
    ++length;
  return length;
}

bool in_range(std::string_view text, std::size_t at, unsigned char low, unsigned char high) {
  if (at >= text.size())
    return false;
  const auto byte = static_cast<unsigned char>(text[at]);
  return byte >= low && byte <= high;
}

/// Bytes of the character that begins `text`, of two bytes or more; 0 if it is not one.
/// Source: https://www.unicode.org/versions/Unicode15.0.0/ch03.pdf, table 3-7.
std::size_t sequence_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const auto follows = [&](std::size_t at) { return in_range(text, at, 0x80, 0xBF); };
  if (lead >= 0xC2 && lead <= 0xDF)
    return follows(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const bool second = in_range(text, 1, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF);
    return second && follows(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const bool second = in_range(text, 1, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF);
    return second && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

void append_escape(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    default: break;
  }
  const auto byte = static_cast<unsigned char>(c);
  out += "\\u00";
  out += digits[byte >> 4];
  out += digits[byte & 0xF];
}

int hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// The number of an escape "\uXXXX" at the start of `text`; -1 if there is none.
int escaped_unit(std::string_view text) {
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u')
    return -1;
  int unit = 0;
  for (std::size_t i = 2; i < 6; ++i) {
    const int digit = hex_value(text[i]);
    if (digit < 0)
      return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

bool is_high_half(int unit) {
  return unit >= 0xD800 && unit <= 0xDBFF;
}

bool is_low_half(int unit) {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

/// Takes an escape off the front of `text` and appends it, or what stands for half a pair.
void move_escape(std::string_view& text, std::string& out) {
  std::size_t taken = std::min<std::size_t>(2, text.size());
  std::string_view kept = text.substr(0, taken);
  const int unit = escaped_unit(text);
  if (is_high_half(unit) && is_low_half(escaped_unit(text.substr(6)))) {
    taken = 12;
    kept = text.substr(0, taken);
  } else if (is_high_half(unit) || is_low_half(unit)) {
    taken = 6;
    kept = escaped_replacement;
  }
  out += kept;
  text.remove_prefix(taken);
}

template <class Integer>
void append_digits(std::string& out, Integer number) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.begin(), digits.end(), number).ptr;
  out.append(digits.begin(), end);
}

} // namespace

void append_json_integer(std::string& out, std::int64_t number) {
  append_digits(out, number);
}

void append_json_integer(std::string& out, std::uint64_t number) {
  append_digits(out, number);
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t plain = plain_length(text);
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty())
      break;
    std::size_t taken = 1;
    if (static_cast<unsigned char>(text[0]) < 0x80) {
      append_escape(out, text[0]);
    } else if (const std::size_t length = sequence_length(text)) {
      out += text.substr(0, length);
      taken = length;
    } else {
      out += replacement;
    }
    text.remove_prefix(taken);
  }
  out += '"';
}

std::string mended_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  while (!json.empty()) {
    if (json[0] == '\\') {
      move_escape(json, out);
      continue;
    }
    const bool ascii = static_cast<unsigned char>(json[0]) < 0x80;
    const std::size_t length = ascii ? 1 : sequence_length(json);
    out += length > 0 ? json.substr(0, length) : replacement;
    json.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

} // namespace spillway::wire
