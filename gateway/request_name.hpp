#pragma once

#include "core/ids.hpp"

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace spillway::gateway {

/// An id as callers see it: the API's prefix and hexadecimal digits.
inline std::string request_name(std::string_view prefix, request_id id) {
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, id.value, 16).ptr;
  return std::string{prefix} + std::string{digits, end};
}

/// The id behind a name of whatever API; absent if it is none.
inline std::optional<request_id> parse_request_name(std::string_view name) {
  const std::string_view digits = name.substr(name.find_first_of("-_") + 1);
  request_id id;
  const auto [end, failed] =
      std::from_chars(digits.data(), digits.data() + digits.size(), id.value, 16);
  if (failed != std::errc{} || end != digits.data() + digits.size())
    return std::nullopt;
  return id;
}

} // namespace spillway::gateway
