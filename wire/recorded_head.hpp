#pragma once

#include "core/result.hpp"
#include "wire/http_message.hpp"

#include <optional>
#include <string_view>

namespace spillway::wire {

/// The head of a reply that somebody kept.
struct recorded_head {
  std::optional<int> status; ///< absent: it was not kept
  http_headers headers;
};

/// Reads header lines with or without a status line before them, as `curl -D` and `curl -i` write
/// them, or one JSON object of names and texts or lists of texts. Of several heads after each other
/// (redirects, "100 Continue") the last counts.
/// Errors: a line that is neither, by its number; JSON that is no such object.
result<recorded_head> decode_recorded_head(std::string_view text);

} // namespace spillway::wire
