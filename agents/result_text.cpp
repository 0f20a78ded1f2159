#include "agents/result_text.hpp"

#include "core/assert.hpp"

#include <algorithm>

namespace spillway::agents {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";
constexpr std::size_t mark_bytes_max = 96;

bool is_continuation(char c) noexcept {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

/// The second byte's range excludes overlong forms, surrogates and code points above U+10FFFF.
/// Source: Unicode 15.0, table 3-7 "Well-Formed UTF-8 Byte Sequences".
bool is_second(unsigned char first, unsigned char second) noexcept {
  switch (first) {
    case 0xE0: return second >= 0xA0 && second <= 0xBF;
    case 0xED: return second >= 0x80 && second <= 0x9F;
    case 0xF0: return second >= 0x90 && second <= 0xBF;
    case 0xF4: return second >= 0x80 && second <= 0x8F;
    default: return second >= 0x80 && second <= 0xBF;
  }
}

std::size_t length_by_first(unsigned char first) noexcept {
  if (first < 0x80)
    return 1;
  if (first >= 0xC2 && first <= 0xDF)
    return 2;
  if (first >= 0xE0 && first <= 0xEF)
    return 3;
  return first >= 0xF0 && first <= 0xF4 ? 4 : 0;
}

/// Bytes of the well-formed character at the start of `text`, 0 if there is none.
std::size_t character_length(std::string_view text) noexcept {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t length = length_by_first(first);
  if (length > text.size())
    return 0;
  if (length >= 2 && !is_second(first, static_cast<unsigned char>(text[1])))
    return 0;
  for (std::size_t i = 2; i < length; ++i)
    if (!is_continuation(text[i]))
      return 0;
  return length;
}

} // namespace

std::string to_valid_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    valid += length > 0 ? text.substr(0, length) : replacement;
    text.remove_prefix(length > 0 ? length : 1);
  }
  return valid;
}

std::string bounded_text(std::string_view text, std::size_t bytes_max) {
  SPILLWAY_ASSERT(bytes_max >= 128);
  // Only what can survive the cut is repaired: a tool may return far more.
  std::string kept = to_valid_utf8(text.substr(0, bytes_max + 1));
  if (kept.size() <= bytes_max)
    return kept;
  std::size_t end = bytes_max - mark_bytes_max;
  while (end > 0 && is_continuation(kept[end]))
    --end;
  kept.resize(end);
  const std::size_t missing = text.size() - std::min(end, text.size());
  return kept + "\n[cut here: about " + std::to_string(missing) + " more bytes; ask for less]";
}

} // namespace spillway::agents
