#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace spillway::agents {

/// The text with each byte that is not part of valid UTF-8 replaced by U+FFFD, so that it can stand
/// in JSON.
std::string to_valid_utf8(std::string_view text);

/// `to_valid_utf8`, and at most `bytes_max` long: a longer text is cut between characters and ends
/// in a mark that tells how much is missing. Requires: bytes_max >= 128, room for the mark.
std::string bounded_text(std::string_view text, std::size_t bytes_max);

} // namespace spillway::agents
