#include "core/tokens/clean_cut.hpp"

#include "core/tokens/unicode_classes.hpp"
#include "core/tokens/utf8.hpp"

#include <algorithm>

namespace spillway::tokens {
namespace {

bool is_letter(char_class c) noexcept {
  return c == char_class::upper || c == char_class::lower || c == char_class::letter;
}

// What is ill-formed becomes U+FFFD, of class other.
char_class class_before(std::string_view text, std::size_t at) noexcept {
  const std::size_t start = border_before(text, at - 1);
  const decoded c = decode_first(text.substr(start, at - start));
  return c.well_formed && start + c.bytes == at ? class_of(c.code_point) : char_class::other;
}

// An apostrophe may begin a contraction, which belongs to the word before it. Marks go with words
// in one encoding and with punctuation in another.
bool parts(char_class left, char_class right, bool apostrophe) noexcept {
  if (left == char_class::number)
    return right != char_class::number;
  if (is_letter(left))
    return !is_letter(right) && right != char_class::mark && !apostrophe;
  return (left == char_class::other || left == char_class::mark) && right == char_class::space;
}

} // namespace

bool is_clean_cut(std::string_view text, std::size_t at) noexcept {
  if (at == 0 || at >= text.size())
    return false;
  const decoded right = decode_first(text.substr(at));
  return right.well_formed
         && parts(class_before(text, at), class_of(right.code_point), right.code_point == '\'');
}

std::size_t last_clean_cut(std::string_view text, std::size_t from) noexcept {
  for (std::size_t at = text.size(); at-- > from + 1;)
    if (is_clean_cut(text, at))
      return at;
  return 0;
}

std::string_view clean_parts::add(std::string_view more) {
  text_.erase(0, parted_);
  searched_ -= std::min(searched_, parted_);
  parted_ = 0;
  text_ += more;
  const std::size_t cut = last_clean_cut(text_, searched_);
  // The last character may be incomplete, and a cut beside it is judged anew when it is whole.
  searched_ = text_.size() - std::min<std::size_t>(text_.size(), 4);
  parted_ = cut;
  return std::string_view{text_}.substr(0, cut);
}

} // namespace spillway::tokens
