#pragma once

#include "core/bounds.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

/// Walks over JSON text without building a document: for texts of which we need little, such as a
/// tool's schema or one member of each of a million lines. Reads what RFC 8259 allows and nothing
/// else. A view; the text must outlive it.
///
/// Each function that reads something returns whether it was there. On false the cursor is where
/// the text stops making sense.
class json_cursor {
public:
  explicit json_cursor(std::string_view text)
      : at_{text.data()}, begin_{at_}, end_{at_ + text.size()} {}

  /// Where it is, from 1, for messages.
  std::size_t byte() const noexcept { return static_cast<std::size_t>(at_ - begin_) + 1; }
  bool done() const noexcept { return at_ == end_; }
  /// A value was nested deeper than `bounds::json_depth_max`.
  bool too_deep() const noexcept { return too_deep_; }
  /// The next character; NUL at the end.
  char peek() const noexcept { return done() ? '\0' : *at_; }

  void blanks() noexcept;
  bool take(char c) noexcept;
  /// A colon after blanks.
  bool colon() noexcept;

  /// A string; half a surrogate pair becomes U+FFFD, other bytes are taken as they are. Its text is
  /// part of the document if nothing in it is escaped, else it is in `buffer`.
  std::optional<std::string_view> string(std::string& buffer);

  /// Any value, which is passed over. `buffer` is scratch.
  bool value(std::string& buffer);

private:
  void plain_run() noexcept;
  bool key(std::string& buffer) { return string(buffer) && colon(); }
  bool scalar(std::string& buffer);
  bool escape(std::string& buffer);
  bool unicode_escape(std::string& buffer);
  std::optional<std::uint32_t> four_digits() noexcept;
  bool word(std::string_view expected) noexcept;
  bool digits() noexcept;
  bool number() noexcept;

  const char* at_;
  const char* begin_;
  const char* end_;
  bool too_deep_ = false;
};

/// One member of an object: its name, and the text of its value.
struct json_entry {
  std::string name;
  std::string_view value;
};

/// The members of an object in their order; none if it is no object or ill-formed.
std::vector<json_entry> json_entries(std::string_view object);

/// The texts of an array's elements; none if it is no array or ill-formed.
std::vector<std::string_view> json_elements(std::string_view array);

/// What a string says; empty if it is no string.
std::string json_text(std::string_view string);

} // namespace spillway
