#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Internal to the sources of `wire/langfuse`: ids, times and names as the server wants them.
namespace spillway::wire::langfuse {

inline constexpr std::size_t trace_id_digits = 32;
inline constexpr std::size_t span_id_digits = 16;

/// So many lower-case hexadecimal digits, not all zero.
bool is_hex_id(std::string_view text, std::size_t digits);

/// `text` if it is an id, else the same id for the same text.
std::string hex_id(std::string_view text, std::size_t digits);

/// Lower case, without "langfuse" in front; "default" if that is not [a-z0-9_-]{1,40}.
std::string environment_name(std::string_view text);

/// True if it is what `environment_name` makes of it.
bool is_environment_name(std::string_view text);

} // namespace spillway::wire::langfuse
