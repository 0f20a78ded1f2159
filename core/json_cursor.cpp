#include "core/json_cursor.hpp"

#include <bitset>
#include <cstdint>
#include <cstring>

namespace spillway {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

void append_utf8(std::string& out, std::uint32_t c) {
  const auto tail = [&](unsigned shift) {
    out += static_cast<char>(0x80 | ((c >> shift) & 0x3f));
  };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0 | c >> 6);
    tail(0);
  } else if (c < 0x10000) {
    out += static_cast<char>(0xe0 | c >> 12);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xf0 | c >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// Eight bytes at once: whether one is a quote, a backslash or a control character.
bool ends_plain_run(std::uint64_t word) noexcept {
  constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
  constexpr std::uint64_t highs = 0x8080'8080'8080'8080;
  const auto has_zero = [](std::uint64_t w) { return (w - ones) & ~w & highs; };
  const std::uint64_t control = (word - ones * 0x20) & ~word & highs;
  return (has_zero(word ^ ones * '"') | has_zero(word ^ ones * '\\') | control) != 0;
}

// The text of the next value, or nothing if there is none.
std::optional<std::string_view> next_value(json_cursor& c, std::string_view text,
                                           std::string& buffer) {
  c.blanks();
  const std::size_t first = c.byte() - 1;
  if (!c.value(buffer))
    return std::nullopt;
  return text.substr(first, c.byte() - 1 - first);
}

} // namespace

void json_cursor::blanks() noexcept {
  while (at_ < end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r'))
    ++at_;
}

bool json_cursor::take(char c) noexcept {
  if (done() || *at_ != c)
    return false;
  ++at_;
  return true;
}

bool json_cursor::colon() noexcept {
  blanks();
  return take(':');
}

std::optional<std::string_view> json_cursor::string(std::string& buffer) {
  if (!take('"'))
    return std::nullopt;
  const char* const first = at_;
  plain_run();
  if (peek() == '"' && !done()) {
    const std::string_view text{first, static_cast<std::size_t>(at_ - first)};
    ++at_;
    return text;
  }
  buffer.assign(first, at_);
  for (;;) {
    if (done() || static_cast<unsigned char>(*at_) < 0x20)
      return std::nullopt;
    if (take('"'))
      return buffer;
    if (take('\\')) {
      if (!escape(buffer))
        return std::nullopt;
      continue;
    }
    const char* const from = at_;
    plain_run();
    buffer.append(from, at_);
  }
}

bool json_cursor::value(std::string& buffer) {
  std::bitset<bounds::json_depth_max> is_object; // by depth
  int depth = 0;
  for (;;) {
    blanks();
    if (peek() == '{' || peek() == '[') {
      if (depth == bounds::json_depth_max) {
        too_deep_ = true;
        return false;
      }
      is_object[depth++] = *at_ == '{';
      ++at_;
      blanks();
      if (!take(is_object[depth - 1] ? '}' : ']')) {
        if (is_object[depth - 1] && !key(buffer))
          return false;
        continue;
      }
      --depth;
    } else if (!scalar(buffer)) {
      return false;
    }
    for (;;) { // after a value: up, or on to the next
      if (depth == 0)
        return true;
      blanks();
      if (take(',')) {
        blanks();
        if (is_object[depth - 1] && !key(buffer))
          return false;
        break;
      }
      if (!take(is_object[depth - 1] ? '}' : ']'))
        return false;
      --depth;
    }
  }
}

void json_cursor::plain_run() noexcept {
  for (std::uint64_t word = 0; end_ - at_ >= 8; at_ += 8) {
    std::memcpy(&word, at_, 8);
    if (ends_plain_run(word))
      break;
  }
  while (at_ < end_ && *at_ != '"' && *at_ != '\\' && static_cast<unsigned char>(*at_) >= 0x20)
    ++at_;
}

std::optional<std::uint32_t> json_cursor::four_digits() noexcept {
  std::uint32_t unit = 0;
  for (int i = 0; i < 4; ++i, ++at_) {
    const char c = peek();
    const char low = static_cast<char>(c | 0x20);
    if (is_digit(c))
      unit = unit << 4 | static_cast<std::uint32_t>(c - '0');
    else if (low >= 'a' && low <= 'f')
      unit = unit << 4 | static_cast<std::uint32_t>(low - 'a' + 10);
    else
      return std::nullopt;
  }
  return unit;
}

// After \u.
bool json_cursor::unicode_escape(std::string& buffer) {
  const auto unit = four_digits();
  if (!unit)
    return false;
  if (*unit < 0xd800 || *unit > 0xdfff) {
    append_utf8(buffer, *unit);
    return true;
  }
  if (*unit < 0xdc00 && end_ - at_ >= 2 && at_[0] == '\\' && at_[1] == 'u') {
    const char* const second = at_;
    at_ += 2;
    const auto low = four_digits();
    if (!low)
      return false;
    if (*low >= 0xdc00 && *low <= 0xdfff) {
      append_utf8(buffer, 0x10000 + ((*unit - 0xd800) << 10) + (*low - 0xdc00));
      return true;
    }
    at_ = second; // an escape of its own
  }
  buffer += replacement;
  return true;
}

// After the backslash.
bool json_cursor::escape(std::string& buffer) {
  constexpr std::string_view names = "\"\\/bfnrt";
  constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
  if (take('u'))
    return unicode_escape(buffer);
  const std::size_t which = done() ? names.npos : names.find(*at_);
  if (which == names.npos)
    return false;
  buffer += meanings[which];
  ++at_;
  return true;
}

bool json_cursor::word(std::string_view expected) noexcept {
  for (const char c : expected)
    if (!take(c))
      return false;
  return true;
}

bool json_cursor::digits() noexcept {
  const char* const first = at_;
  while (is_digit(peek()))
    ++at_;
  return at_ != first;
}

bool json_cursor::number() noexcept {
  take('-');
  if (!take('0') && !digits())
    return false;
  if (take('.') && !digits())
    return false;
  if (take('e') || take('E')) {
    if (!take('+'))
      take('-');
    return digits();
  }
  return true;
}

bool json_cursor::scalar(std::string& buffer) {
  switch (peek()) {
    case '"': return string(buffer).has_value();
    case 't': return word("true");
    case 'f': return word("false");
    case 'n': return word("null");
    default: return number();
  }
}

std::vector<json_entry> json_entries(std::string_view object) {
  json_cursor c{object};
  std::vector<json_entry> out;
  std::string buffer;
  c.blanks();
  if (!c.take('{'))
    return {};
  c.blanks();
  for (bool more = !c.take('}'); more;) {
    c.blanks();
    const auto name = c.string(buffer);
    if (!name)
      return {};
    json_entry entry{std::string{*name}, {}};
    const auto value = c.colon() ? next_value(c, object, buffer) : std::nullopt;
    if (!value)
      return {};
    entry.value = *value;
    out.push_back(std::move(entry));
    c.blanks();
    more = c.take(',');
    if (!more && !c.take('}'))
      return {};
  }
  return out;
}

std::vector<std::string_view> json_elements(std::string_view array) {
  json_cursor c{array};
  std::vector<std::string_view> out;
  std::string buffer;
  c.blanks();
  if (!c.take('['))
    return {};
  c.blanks();
  for (bool more = !c.take(']'); more;) {
    const auto value = next_value(c, array, buffer);
    if (!value)
      return {};
    out.push_back(*value);
    c.blanks();
    more = c.take(',');
    if (!more && !c.take(']'))
      return {};
  }
  return out;
}

std::string json_text(std::string_view string) {
  json_cursor c{string};
  std::string buffer;
  c.blanks();
  const auto text = c.string(buffer);
  return text ? std::string{*text} : std::string{};
}

} // namespace spillway
