#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace spillway::tokens {

// A clean cut is a place between two characters where all our encodings end a piece, whatever
// stands before and after: after a letter or digit before white space or punctuation, say. The
// tokens of a text are those of the part before a clean cut and then those of the part after it, so
// that a text may be counted part by part. Only the two characters at the cut decide.

/// Whether a cut before the byte `at` is clean. False at both ends of the text.
bool is_clean_cut(std::string_view text, std::size_t at) noexcept;

/// The last clean cut of `text` after `from`; 0 if there is none.
std::size_t last_clean_cut(std::string_view text, std::size_t from = 0) noexcept;

/// Parts a text that comes bit by bit at clean cuts. What is held back is as long as the text goes
/// on without one, in prose a word; any text is parted, ill-formed UTF-8 too.
class clean_parts {
public:
  /// Takes more text. Returns what can be parted from the rest now, which is often nothing; the
  /// view holds until the next call.
  std::string_view add(std::string_view more);

  /// What has not been parted yet.
  std::string_view rest() const noexcept { return std::string_view{text_}.substr(parted_); }

private:
  std::string text_;
  std::size_t parted_ = 0;
  std::size_t searched_ = 0; ///< no clean cut up to here that is not parted
};

} // namespace spillway::tokens
