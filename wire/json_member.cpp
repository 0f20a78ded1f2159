#include "wire/json_member.hpp"

#include "core/bounds.hpp"

#include <bitset>
#include <cstdint>
#include <cstring>
#include <optional>

namespace spillway::wire {
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

// A cursor over one document. Each function that reads something returns whether it was there; on
// false the cursor is where the document stops making sense.
class cursor {
public:
  explicit cursor(std::string_view text) : at_{text.data()}, begin_{at_}, end_{at_ + text.size()} {}

  std::size_t byte() const noexcept { return static_cast<std::size_t>(at_ - begin_) + 1; }
  bool done() const noexcept { return at_ == end_; }
  bool too_deep() const noexcept { return too_deep_; }
  char peek() const noexcept { return done() ? '\0' : *at_; }

  void blanks() noexcept {
    while (at_ < end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r'))
      ++at_;
  }
  bool take(char c) noexcept {
    if (done() || *at_ != c)
      return false;
    ++at_;
    return true;
  }

  /// A string. Its text is part of the document if nothing in it is escaped, else in `buffer`.
  std::optional<std::string_view> string(std::string& buffer) {
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

  /// Any value, which is passed over.
  bool value(std::string& buffer) {
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

  bool colon() {
    blanks();
    return take(':');
  }

private:
  void plain_run() noexcept {
    for (std::uint64_t word = 0; end_ - at_ >= 8; at_ += 8) {
      std::memcpy(&word, at_, 8);
      if (ends_plain_run(word))
        break;
    }
    while (at_ < end_ && *at_ != '"' && *at_ != '\\' && static_cast<unsigned char>(*at_) >= 0x20)
      ++at_;
  }

  bool key(std::string& buffer) { return string(buffer) && colon(); }

  std::optional<std::uint32_t> four_digits() {
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
  bool unicode_escape(std::string& buffer) {
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
  bool escape(std::string& buffer) {
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

  bool word(std::string_view expected) noexcept {
    for (const char c : expected)
      if (!take(c))
        return false;
    return true;
  }

  bool digits() noexcept {
    const char* const first = at_;
    while (is_digit(peek()))
      ++at_;
    return at_ != first;
  }

  bool number() noexcept {
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

  bool scalar(std::string& buffer) {
    switch (peek()) {
      case '"': return string(buffer).has_value();
      case 't': return word("true");
      case 'f': return word("false");
      case 'n': return word("null");
      default: return number();
    }
  }

  const char* at_;
  const char* begin_;
  const char* end_;
  bool too_deep_ = false;
};

error not_json(const cursor& c) {
  if (c.too_deep())
    return {"JSON is nested deeper than " + std::to_string(bounds::json_depth_max) + " levels"};
  return {c.done() ? "not JSON: it ends too early, after byte " + std::to_string(c.byte() - 1)
                   : "not JSON: unexpected at byte " + std::to_string(c.byte())};
}

const char* type_name(char first) noexcept {
  switch (first) {
    case '{': return "an object";
    case '[': return "an array";
    case 't':
    case 'f': return "a boolean";
    case 'n': return "null";
    default: return "a number";
  }
}

} // namespace

result<std::string_view> json_member::read(std::string_view object) {
  cursor c{object};
  std::string skipped; // what other members' escapes give
  std::optional<std::string_view> found;
  char other_type = '\0';
  c.blanks();
  const char first = c.peek();
  if (!c.take('{')) {
    if (!c.value(skipped) || (c.blanks(), !c.done()))
      return not_json(c);
    return error{std::string{"is "} + (first == '"' ? "a string" : type_name(first))
                 + "; expected an object"};
  }
  c.blanks();
  for (bool more = !c.take('}'); more;) {
    c.blanks();
    const auto key = c.string(skipped);
    if (!key || !c.colon())
      return not_json(c);
    c.blanks();
    if (*key != name_) {
      if (!c.value(skipped))
        return not_json(c);
    } else if (c.peek() == '"') {
      found = c.string(buffer_);
      if (!found)
        return not_json(c);
    } else {
      other_type = c.peek();
      found.reset();
      if (!c.value(skipped))
        return not_json(c);
    }
    c.blanks();
    more = c.take(',');
    if (!more && !c.take('}'))
      return not_json(c);
  }
  c.blanks();
  if (!c.done())
    return not_json(c);
  if (found)
    return *found;
  return error{other_type == '\0'
                   ? "has no `" + name_ + "`"
                   : "`" + name_ + "` is " + type_name(other_type) + "; expected a string"};
}

} // namespace spillway::wire
