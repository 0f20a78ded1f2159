#include "providers/redaction.hpp"

#include "core/bounds.hpp"

#include <array>
#include <cctype>

namespace spillway::providers {
namespace {

constexpr std::string_view mask = "***";
constexpr std::array<std::string_view, 4> marks = {"sk-", "AIza", "Bearer ", "bearer "};

bool in_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

bool in_credential(char c) {
  return in_word(c) || std::string_view{"-_*.+/=~"}.find(c) != std::string_view::npos;
}

void mask_key(std::string& text, const std::string& key) {
  if (key.empty())
    return;
  for (auto at = text.find(key); at != std::string::npos; at = text.find(key, at + mask.size()))
    text.replace(at, key.size(), mask);
}

/// Masks what follows `mark` where it begins a word: "sk-" within "task-force" does not.
void mask_after(std::string& text, std::string_view mark) {
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
    if (at > 0 && in_word(text[at - 1]))
      continue;
    const auto begin = at + mark.size();
    auto end = begin;
    while (end < text.size() && in_credential(text[end]))
      ++end;
    while (end > begin && text[end - 1] == '.') // of the sentence
      --end;
    if (end > begin)
      text.replace(begin, end - begin, mask);
  }
}

void cut(std::string& text, std::size_t bytes_max) {
  if (text.size() <= bytes_max)
    return;
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  while (bytes_max > 0 && continues(text[bytes_max]))
    --bytes_max;
  text.resize(bytes_max);
}

} // namespace

std::string redacted(std::string_view text, const secret& key) {
  std::string clean{text};
  mask_key(clean, key.reveal());
  for (const std::string_view mark : marks)
    mask_after(clean, mark);
  cut(clean, bounds::failure_message_bytes_max);
  return clean;
}

} // namespace spillway::providers
