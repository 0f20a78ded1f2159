#pragma once

#include "core/result.hpp"

#include <string>
#include <string_view>

namespace spillway::wire {

/// Reads one string member of many JSON objects, such as the lines of a JSON Lines file, without
/// building documents. One object for all lines: it keeps its buffer.
class json_member {
public:
  explicit json_member(std::string name) : name_{std::move(name)} {}

  /// The member's text in `object`, which is one JSON object with white space around it; of several
  /// members of that name the last. A surrogate without its other half becomes U+FFFD; other bytes
  /// are taken as they are, UTF-8 or not. The view holds until the next call, or as long as
  /// `object`.
  ///
  /// Errors: not JSON, with the byte (from 1) where it ends making sense; nested deeper than
  /// `bounds::json_depth_max`; no object; no such member, or it is no string. The text itself never
  /// enters a message.
  result<std::string_view> read(std::string_view object);

private:
  std::string name_;
  std::string buffer_;
};

} // namespace spillway::wire
