#include "core/units.hpp"

#include <limits>

namespace spillway {
namespace {

constexpr int usd_decimal_places = 9;

std::uint64_t magnitude(std::int64_t value) noexcept {
  return value < 0 ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value);
}

std::string join_decimal(std::uint64_t nanos, int digits) {
  std::string fraction = std::to_string(nanos % nano_usd_per_usd);
  fraction.insert(0, static_cast<std::size_t>(usd_decimal_places) - fraction.size(), '0');
  fraction.resize(static_cast<std::size_t>(digits));
  std::string whole = std::to_string(nanos / nano_usd_per_usd);
  return fraction.empty() ? whole : whole + "." + fraction;
}

} // namespace

std::string to_decimal_usd(nano_usd amount) {
  std::string text = join_decimal(magnitude(amount.value()), usd_decimal_places);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.')
    text.pop_back();
  return amount.value() < 0 ? "-" + text : text;
}

std::string to_display_usd(nano_usd amount, int digits) {
  SPILLWAY_ASSERT(digits >= 0 && digits <= usd_decimal_places);
  std::uint64_t step = 1;
  for (int i = digits; i < usd_decimal_places; ++i)
    step *= 10;
  const std::uint64_t rounded = (magnitude(amount.value()) + step / 2) / step * step;
  const std::string sign = amount.value() < 0 && rounded != 0 ? "-$" : "$";
  return sign + join_decimal(rounded, digits);
}

bool parse_decimal_usd(std::string_view text, nano_usd& amount) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative)
    text.remove_prefix(1);
  std::int64_t value = 0;
  int places = -1;
  bool any_digit = false;
  for (const char c : text) {
    if (c == '.' && places < 0) {
      places = 0;
      continue;
    }
    if (c < '0' || c > '9' || places == usd_decimal_places)
      return false;
    any_digit = true;
    places += places >= 0;
    if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, c - '0', &value))
      return false;
  }
  for (int i = places < 0 ? 0 : places; i < usd_decimal_places; ++i)
    if (__builtin_mul_overflow(value, 10, &value))
      return false;
  if (!any_digit || places == 0)
    return false;
  amount = nano_usd{negative ? -value : value};
  return true;
}

} // namespace spillway
