#include "wire/duration.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace spillway::wire {
namespace {

constexpr double year_ns = 365.0 * 24 * 3600 * 1e9;

struct unit {
  std::string_view name;
  double nanos;
};

/// A unit before its own prefixes: "ms" is no "m".
constexpr std::array<unit, 8> units = {{{"ms", 1e6},
                                        {"us", 1e3},
                                        {"\u00b5s", 1e3},
                                        {"\u03bcs", 1e3},
                                        {"ns", 1},
                                        {"h", 3600e9},
                                        {"m", 60e9},
                                        {"s", 1e9}}};

duration to_duration(double nanos) {
  return duration{static_cast<std::int64_t>(std::llround(std::min(nanos, year_ns)))};
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Takes an unsigned decimal number off the front.
std::optional<double> take_number(std::string_view& text) {
  if (text.empty() || !(text.front() == '.' || (text.front() >= '0' && text.front() <= '9')))
    return std::nullopt; // from_chars would also take signs, "inf" and "nan"
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (problem == std::errc::result_out_of_range)
    number = year_ns;
  else if (problem != std::errc{})
    return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  return number;
}

std::optional<double> take_unit(std::string_view& text) {
  for (const unit& u : units)
    if (text.starts_with(u.name)) {
      text.remove_prefix(u.name.size());
      return u.nanos;
    }
  return std::nullopt;
}

std::optional<duration> parse_multiple(std::string_view text, double unit_nanos) {
  text = trimmed(text);
  const auto number = take_number(text);
  if (!number || !text.empty())
    return std::nullopt;
  return to_duration(*number * unit_nanos);
}

std::optional<unsigned> digits(std::string_view text) {
  unsigned value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data(), end, value);
  if (problem != std::errc{} || rest != end)
    return std::nullopt;
  return value;
}

std::optional<std::chrono::month> month_named(std::string_view name) {
  constexpr std::string_view names = "JanFebMarAprMayJunJulAugSepOctNovDec";
  for (unsigned m = 0; m < 12; ++m)
    if (names.substr(3 * m, 3) == name)
      return std::chrono::month{m + 1};
  return std::nullopt;
}

} // namespace

std::optional<duration> parse_go_duration(std::string_view text) {
  text = trimmed(text);
  if (text == "0")
    return duration{};
  if (text.empty())
    return std::nullopt;
  double nanos = 0;
  while (!text.empty()) {
    const auto number = take_number(text);
    const auto unit_nanos = number ? take_unit(text) : std::nullopt;
    if (!unit_nanos)
      return std::nullopt;
    nanos += *number * *unit_nanos;
  }
  return to_duration(nanos);
}

std::string to_go_duration(duration d) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(d).count();
  if (ms <= 0)
    return "0s";
  if (ms < 1000)
    return std::to_string(ms) + "ms";
  const auto hours = ms / 3'600'000;
  const auto minutes = ms / 60'000 % 60;
  std::string text;
  if (hours > 0)
    text += std::to_string(hours) + 'h';
  if (ms >= 60'000)
    text += std::to_string(minutes) + 'm';
  text += std::to_string(ms / 1000 % 60);
  if (ms % 1000 != 0) {
    const std::string thousandths = std::to_string(1000 + ms % 1000).substr(1);
    text += '.' + thousandths.substr(0, thousandths.find_last_not_of('0') + 1);
  }
  return text + 's';
}

std::optional<wall_time> parse_http_date(std::string_view text) {
  namespace chr = std::chrono;
  if (text.size() != 29 || text.substr(25) != " GMT" || text.substr(3, 2) != ", ")
    return std::nullopt;
  const auto day = digits(text.substr(5, 2));
  const auto month = month_named(text.substr(8, 3));
  const auto year = digits(text.substr(12, 4));
  const auto hour = digits(text.substr(17, 2));
  const auto minute = digits(text.substr(20, 2));
  const auto second = digits(text.substr(23, 2));
  if (!day || !month || !year || !hour || !minute || !second)
    return std::nullopt;
  const chr::year_month_day date{chr::year{static_cast<int>(*year)}, *month, chr::day{*day}};
  // Beyond 2200 nanoseconds since the epoch leave int64.
  if (!date.ok() || *year < 1970 || *year > 2200 || *hour > 23 || *minute > 59 || *second > 60)
    return std::nullopt;
  return wall_time{chr::sys_days{date}} + chr::hours{*hour} + chr::minutes{*minute}
         + chr::seconds{*second};
}

std::optional<duration> parse_retry_after(std::string_view text, wall_time now) {
  text = trimmed(text);
  if (const auto date = parse_http_date(text))
    return std::clamp(duration{*date - now}, duration{}, to_duration(year_ns));
  return parse_multiple(text, 1e9);
}

std::optional<duration> parse_milliseconds(std::string_view text) {
  return parse_multiple(text, 1e6);
}

} // namespace spillway::wire
