#include "wire/timestamp.hpp"

#include <charconv>
#include <chrono>
#include <cstdio>

namespace spillway::wire {
namespace {

namespace chr = std::chrono;

constexpr std::string_view month_names = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::string_view weekday_names = "SunMonTueWedThuFriSat";

std::optional<unsigned> digits(std::string_view text) {
  unsigned value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data(), end, value);
  if (problem != std::errc{} || rest != end)
    return std::nullopt;
  return value;
}

std::optional<unsigned> month_named(std::string_view name) {
  for (unsigned m = 0; m < 12; ++m)
    if (month_names.substr(3 * m, 3) == name)
      return m + 1;
  return std::nullopt;
}

struct civil {
  std::optional<unsigned> year, month, day, hour, minute, second;
};

std::optional<wall_time> instant_of(const civil& c) {
  if (!c.year || !c.month || !c.day || !c.hour || !c.minute || !c.second)
    return std::nullopt;
  const chr::year_month_day date{chr::year{static_cast<int>(*c.year)}, chr::month{*c.month},
                                 chr::day{*c.day}};
  // Beyond 2200 nanoseconds since the epoch leave int64.
  if (!date.ok() || *c.year < 1970 || *c.year > 2200 || *c.hour > 23 || *c.minute > 59
      || *c.second > 60)
    return std::nullopt;
  return wall_time{chr::sys_days{date}} + chr::hours{*c.hour} + chr::minutes{*c.minute}
         + chr::seconds{*c.second};
}

/// Takes ".25" off the front, to the nanosecond. Absent: not a fraction.
std::optional<duration> take_fraction(std::string_view& text) {
  if (!text.starts_with('.'))
    return duration{};
  const std::size_t end = std::min(text.find_first_not_of("0123456789", 1), text.size());
  if (end == 1)
    return std::nullopt;
  std::string nanos{text.substr(1, std::min<std::size_t>(end - 1, 9))};
  nanos.resize(9, '0');
  text.remove_prefix(end);
  return duration{*digits(nanos)};
}

/// "Z", "+02:00" or "-07:30".
std::optional<duration> offset_of(std::string_view text) {
  if (text == "Z" || text == "z")
    return duration{};
  if (text.size() != 6 || text[3] != ':' || (text[0] != '+' && text[0] != '-'))
    return std::nullopt;
  const auto hours = digits(text.substr(1, 2));
  const auto minutes = digits(text.substr(4, 2));
  if (!hours || !minutes || *hours > 23 || *minutes > 59)
    return std::nullopt;
  const duration offset = chr::hours{*hours} + chr::minutes{*minutes};
  return text[0] == '+' ? offset : -offset;
}

} // namespace

std::optional<wall_time> parse_rfc3339(std::string_view text) {
  constexpr std::size_t date_and_time = 19;
  if (text.size() <= date_and_time || text[4] != '-' || text[7] != '-' || text[13] != ':'
      || text[16] != ':' || std::string_view{"Tt "}.find(text[10]) == std::string_view::npos)
    return std::nullopt;
  const auto second = instant_of({digits(text.substr(0, 4)), digits(text.substr(5, 2)),
                                  digits(text.substr(8, 2)), digits(text.substr(11, 2)),
                                  digits(text.substr(14, 2)), digits(text.substr(17, 2))});
  text.remove_prefix(date_and_time);
  const auto fraction = take_fraction(text);
  const auto offset = offset_of(text);
  if (!second || !fraction || !offset)
    return std::nullopt;
  return *second + *fraction - *offset;
}

std::string to_rfc3339(wall_time time) {
  const auto second = chr::floor<chr::seconds>(time);
  const auto day = chr::floor<chr::days>(second);
  const chr::year_month_day date{day};
  const chr::hh_mm_ss clock{second - day};
  char text[48];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text;
}

std::optional<wall_time> parse_http_date(std::string_view text) {
  if (text.size() != 29 || text.substr(25) != " GMT" || text.substr(3, 2) != ", ")
    return std::nullopt;
  return instant_of({digits(text.substr(12, 4)), month_named(text.substr(8, 3)),
                     digits(text.substr(5, 2)), digits(text.substr(17, 2)),
                     digits(text.substr(20, 2)), digits(text.substr(23, 2))});
}

std::string to_http_date(wall_time time) {
  const auto second = chr::floor<chr::seconds>(time);
  const auto day = chr::floor<chr::days>(second);
  const chr::year_month_day date{day};
  const chr::hh_mm_ss clock{second - day};
  const std::string_view weekday = weekday_names.substr(3 * chr::weekday{day}.c_encoding(), 3);
  const std::string_view month =
      month_names.substr(3 * (static_cast<unsigned>(date.month()) - 1), 3);
  char text[48];
  std::snprintf(text, sizeof text, "%.3s, %02u %.3s %04d %02d:%02d:%02d GMT", weekday.data(),
                static_cast<unsigned>(date.day()), month.data(), static_cast<int>(date.year()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text;
}

} // namespace spillway::wire
