#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace spillway::tokens {

/// The first character of a text, or its first ill-formed part.
struct decoded {
  std::uint32_t code_point; ///< 0xfffd for an ill-formed part
  std::size_t bytes;
  bool well_formed;
};

/// Requires: `text` is not empty.
decoded decode_first(std::string_view text) noexcept;

/// Whether `text` is UTF-8 as Unicode defines it: no overlong forms, no surrogates.
bool is_utf8(std::string_view text) noexcept;

/// `text` with U+FFFD for each ill-formed sequence: for each maximal part of one, as Unicode
/// recommends and as Rust, Python and browsers do.
std::string with_replacements(std::string_view text);

/// Where in `text` the byte `at` of `with_replacements(text)` comes from, rounded down to the
/// beginning of an ill-formed part.
std::size_t offset_of_replaced(std::string_view text, std::size_t at) noexcept;

/// `at`, or up to three bytes less, so that no character is cut there. Requires: at <= text.size().
std::size_t border_before(std::string_view text, std::size_t at) noexcept;

/// `at`, or up to three bytes more, so that no character is cut there. Requires: at <= text.size().
std::size_t border_after(std::string_view text, std::size_t at) noexcept;

} // namespace spillway::tokens
