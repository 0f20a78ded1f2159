#pragma once

#include "core/units.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Spans of time as servers write them. Nothing here throws; what cannot be read is absent, and
/// what is longer than a year is a year.
namespace spillway::wire {

/// Go's notation, as OpenAI's reset headers have it: "8.64s", "1h8m25.745s", "120ms", "0".
/// Source: https://pkg.go.dev/time#ParseDuration (2026-11-24); signs are not accepted.
std::optional<duration> parse_go_duration(std::string_view text);

/// The same notation, to the millisecond: "1h8m25.745s", "120ms", "0s". Negative is "0s".
std::string to_go_duration(duration d);

/// `Retry-After`: seconds, whole or not, or a date (IMF-fixdate), which is counted from `now`.
/// A date that is over is zero.
/// Source: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 (2022-06); fractions are the
/// vendors' own.
std::optional<duration> parse_retry_after(std::string_view text, wall_time now);

/// A date as HTTP writes it, between 1970 and 2200: "Sun, 06 Nov 1994 08:49:37 GMT".
/// Source: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7 (2022-06), its one form in use.
std::optional<wall_time> parse_http_date(std::string_view text);

/// `retry-after-ms`: milliseconds, whole or not.
std::optional<duration> parse_milliseconds(std::string_view text);

} // namespace spillway::wire
