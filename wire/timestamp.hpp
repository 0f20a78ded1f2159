#pragma once

#include "core/units.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Points in time as servers write them. Nothing here throws; what cannot be read, or lies outside
/// 1970 to 2200, is absent.
namespace spillway::wire {

/// "2026-08-19T14:34:19Z", with or without a fraction, with any offset.
/// Source: https://www.rfc-editor.org/rfc/rfc3339#section-5.6 (2002-07).
std::optional<wall_time> parse_rfc3339(std::string_view text);

/// In UTC, to the second, cut: "2026-08-19T14:34:19Z".
std::string to_rfc3339(wall_time time);

/// "Sun, 06 Nov 1994 08:49:37 GMT", the one form of HTTP dates that is written today (IMF-fixdate).
/// Source: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7 (2022-06).
std::optional<wall_time> parse_http_date(std::string_view text);

/// The same form, to the second, cut.
std::string to_http_date(wall_time time);

} // namespace spillway::wire
