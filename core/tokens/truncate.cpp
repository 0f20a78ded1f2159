#include "core/assert.hpp"
#include "core/tokens/bpe.hpp"
#include "core/tokens/utf8.hpp"

#include <algorithm>

namespace spillway::tokens {
namespace {

// Bytes looked at first for each token asked for: twice what prose takes. Doubled while too few.
constexpr std::size_t first_bytes_per_token = 8;
constexpr std::size_t first_bytes_min = 64;

std::size_t first_look(std::size_t size, std::int64_t tokens) noexcept {
  const auto wanted = static_cast<std::size_t>(tokens);
  return wanted > size / first_bytes_per_token
             ? size
             : std::min(size, wanted * first_bytes_per_token + first_bytes_min);
}

std::size_t bytes_of(encoding e, std::span<const token_id> tokens) {
  const auto bytes = decode(e, tokens);
  SPILLWAY_ASSERT(bytes.has_value());
  return bytes->size();
}

// A part cut where tokens end may be cut into other pieces when it stands alone, so each candidate
// is counted anew; each that is too long loses twice as many tokens more than the one before.
std::string_view cut_head(encoding e, std::string_view text, std::span<const token_id> tokens,
                          std::int64_t allowed) {
  std::size_t keep = static_cast<std::size_t>(allowed);
  for (std::size_t less = 1;; less *= 2) {
    const std::size_t cut = border_before(text, bytes_of(e, tokens.first(keep)));
    if (count_up_to(e, text.substr(0, cut), allowed) <= allowed)
      return text.substr(0, cut);
    keep -= std::min(less, keep);
  }
}

std::string_view cut_tail(encoding e, std::string_view text, std::span<const token_id> tokens,
                          std::int64_t allowed) {
  std::size_t keep = static_cast<std::size_t>(allowed);
  for (std::size_t less = 1;; less *= 2) {
    const std::size_t bytes = bytes_of(e, tokens.last(keep));
    const std::string_view tail = text.substr(border_after(text, text.size() - bytes));
    if (count_up_to(e, tail, allowed) <= allowed)
      return tail;
    keep -= std::min(less, keep);
  }
}

// Requires: `text` is valid UTF-8.
std::string_view valid_head(encoding e, std::string_view text, std::int64_t tokens) {
  for (std::size_t look = first_look(text.size(), tokens);;
       look = std::min(look * 2, text.size())) {
    const std::string_view part = text.substr(0, border_before(text, look));
    const std::vector<token_id> found = encode(e, part);
    if (static_cast<std::int64_t>(found.size()) > tokens)
      return cut_head(e, part, found, tokens);
    if (part.size() == text.size())
      return text;
  }
}

std::string_view valid_tail(encoding e, std::string_view text, std::int64_t tokens) {
  for (std::size_t look = first_look(text.size(), tokens);;
       look = std::min(look * 2, text.size())) {
    const std::string_view part = text.substr(border_after(text, text.size() - look));
    const std::vector<token_id> found = encode(e, part);
    if (static_cast<std::int64_t>(found.size()) > tokens)
      return cut_tail(e, part, found, tokens);
    if (part.size() == text.size())
      return text;
  }
}

} // namespace

std::string_view truncate_head(encoding e, std::string_view text, std::int64_t tokens) {
  SPILLWAY_ASSERT(tokens >= 0);
  if (is_utf8(text))
    return valid_head(e, text, tokens);
  const std::string valid = with_replacements(text);
  const std::size_t kept = valid_head(e, valid, tokens).size();
  return text.substr(0, kept == valid.size() ? text.size() : offset_of_replaced(text, kept));
}

std::string_view truncate_tail(encoding e, std::string_view text, std::int64_t tokens) {
  SPILLWAY_ASSERT(tokens >= 0);
  if (is_utf8(text))
    return valid_tail(e, text, tokens);
  const std::string valid = with_replacements(text);
  const std::size_t dropped = valid.size() - valid_tail(e, valid, tokens).size();
  return text.substr(offset_of_replaced(text, dropped));
}

} // namespace spillway::tokens
