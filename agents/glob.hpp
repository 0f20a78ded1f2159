#pragma once

#include <string_view>

namespace spillway::agents {

/// True if the whole of `text` matches `pattern`, in which '*' stands for any characters, '/' too,
/// and '?' for any one. Takes time at most proportional to the product of both lengths, whatever
/// the pattern.
bool glob_matches(std::string_view pattern, std::string_view text) noexcept;

} // namespace spillway::agents
