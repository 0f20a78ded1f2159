#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace spillway::agents {

/// The arguments of one call by name and type, for the code of a tool. Arrays and objects are not
/// kept: a tool that takes them parses the text itself.
class tool_arguments {
public:
  /// Errors: not a JSON object.
  static result<tool_arguments> parse(std::string_view arguments_json);

  /// Absent if the argument is missing, null or of another type.
  std::optional<std::string> text(std::string_view name) const;
  /// Also a number without a fraction, such as 3.0.
  std::optional<std::int64_t> integer(std::string_view name) const;
  std::optional<double> number(std::string_view name) const;
  std::optional<bool> flag(std::string_view name) const;

private:
  using value = std::variant<bool, std::int64_t, double, std::string>;

  template <class T>
  std::optional<T> get(std::string_view name) const;

  std::map<std::string, value, std::less<>> values_;
};

} // namespace spillway::agents
