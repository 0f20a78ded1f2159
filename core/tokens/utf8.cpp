#include "core/tokens/utf8.hpp"

#include <cstring>

namespace spillway::tokens {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

struct sequence {
  std::size_t bytes; // of the character, or of the ill-formed part
  bool well_formed;
};

struct lead {
  std::size_t bytes;
  std::uint8_t second_min;
  std::uint8_t second_max;
};

lead lead_of(std::uint8_t byte) noexcept {
  if (byte < 0xc2 || byte > 0xf4)
    return {0, 0, 0};
  if (byte < 0xe0)
    return {2, 0x80, 0xbf};
  if (byte < 0xf0)
    return {3, std::uint8_t(byte == 0xe0 ? 0xa0 : 0x80), std::uint8_t(byte == 0xed ? 0x9f : 0xbf)};
  return {4, std::uint8_t(byte == 0xf0 ? 0x90 : 0x80), std::uint8_t(byte == 0xf4 ? 0x8f : 0xbf)};
}

// Requires: text is not empty.
sequence first_sequence(std::string_view text) noexcept {
  const auto byte = [text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  if (byte(0) < 0x80)
    return {1, true};
  const lead l = lead_of(byte(0));
  if (l.bytes == 0 || text.size() < 2 || byte(1) < l.second_min || byte(1) > l.second_max)
    return {1, false};
  for (std::size_t i = 2; i < l.bytes; ++i)
    if (i >= text.size() || (byte(i) & 0xc0) != 0x80)
      return {i, false};
  return {l.bytes, true};
}

// The first byte that is not ASCII, found eight at a time.
std::size_t ascii_end(std::string_view text, std::size_t at) noexcept {
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    if (word & 0x8080'8080'8080'8080)
      break;
  }
  while (at < text.size() && static_cast<std::uint8_t>(text[at]) < 0x80)
    ++at;
  return at;
}

std::size_t valid_end(std::string_view text, std::size_t at) noexcept {
  for (;;) {
    at = ascii_end(text, at);
    while (at < text.size() && static_cast<std::uint8_t>(text[at]) >= 0x80) {
      const sequence s = first_sequence(text.substr(at));
      if (!s.well_formed)
        return at;
      at += s.bytes;
    }
    if (at == text.size())
      return at;
  }
}

// A character has at most three bytes after its first.
constexpr std::size_t continuation_bytes_max = 3;

bool continues(std::string_view text, std::size_t at) noexcept {
  return at < text.size() && (static_cast<std::uint8_t>(text[at]) & 0xc0) == 0x80;
}

} // namespace

decoded decode_first(std::string_view text) noexcept {
  const sequence s = first_sequence(text);
  if (!s.well_formed)
    return {0xfffd, s.bytes, false};
  const auto byte = [text](std::size_t i) -> std::uint32_t {
    return static_cast<std::uint8_t>(text[i]);
  };
  if (s.bytes == 1)
    return {byte(0), 1, true};
  std::uint32_t code_point = byte(0) & (0x7fu >> s.bytes);
  for (std::size_t i = 1; i < s.bytes; ++i)
    code_point = code_point << 6 | (byte(i) & 0x3f);
  return {code_point, s.bytes, true};
}

bool is_utf8(std::string_view text) noexcept {
  return valid_end(text, 0) == text.size();
}

std::string with_replacements(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t good = valid_end(text, at);
    out.append(text, at, good - at);
    at = good;
    if (at == text.size())
      break;
    out += replacement;
    at += first_sequence(text.substr(at)).bytes;
  }
  return out;
}

std::size_t offset_of_replaced(std::string_view text, std::size_t at) noexcept {
  std::size_t from = 0;
  while (from < text.size()) {
    const std::size_t good = valid_end(text, from) - from;
    if (at <= good)
      return from + at;
    at -= good;
    from += good;
    if (from == text.size() || at < replacement.size())
      break;
    at -= replacement.size();
    from += first_sequence(text.substr(from)).bytes;
  }
  return from;
}

std::size_t border_before(std::string_view text, std::size_t at) noexcept {
  for (std::size_t back = 0; back <= continuation_bytes_max && back <= at; ++back)
    if (!continues(text, at - back))
      return at - back;
  return at;
}

std::size_t border_after(std::string_view text, std::size_t at) noexcept {
  for (std::size_t on = 0; on <= continuation_bytes_max; ++on)
    if (!continues(text, at + on))
      return at + on;
  return at;
}

} // namespace spillway::tokens
