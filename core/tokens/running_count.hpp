#pragma once

#include "core/tokens/clean_cut.hpp"
#include "core/tokens/encoding.hpp"

#include <cstdint>
#include <string_view>

namespace spillway::tokens {

/// The exact count of a text that comes bit by bit: a file too large for memory, or a streamed
/// reply. It holds the text only from the last clean cut on.
class running_count {
public:
  explicit running_count(encoding e) noexcept : encoding_{e} {}

  /// The text goes on with `more`, which may begin and end within a character.
  void add(std::string_view more);

  /// `count` of all the text so far. Takes time for what is held of it.
  std::int64_t total() const;

private:
  encoding encoding_;
  clean_parts parts_;
  std::int64_t parted_ = 0;
};

} // namespace spillway::tokens
