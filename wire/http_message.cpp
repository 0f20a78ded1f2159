#include "wire/http_message.hpp"

#include <algorithm>

namespace spillway::wire {
namespace {

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

} // namespace

bool same_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, {}, lower, lower);
}

void http_headers::add(std::string name, std::string value) {
  fields_.emplace_back(std::move(name), std::move(value));
}

std::string_view http_headers::find(std::string_view name) const noexcept {
  for (const auto& [field, value] : fields_)
    if (same_ignoring_case(field, name))
      return value;
  return {};
}

bool http_headers::contains(std::string_view name) const noexcept {
  return std::ranges::any_of(
      fields_, [&](const auto& field) { return same_ignoring_case(field.first, name); });
}

} // namespace spillway::wire
