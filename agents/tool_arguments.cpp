#include "agents/tool_arguments.hpp"

#include "agents/argument_parse.hpp"

#include <cmath>
#include <limits>

namespace spillway::agents {
namespace {

bool fits_int64(const nlohmann::json& integer) {
  return !integer.is_number_unsigned()
         || integer.get<std::uint64_t>() <= std::numeric_limits<std::int64_t>::max();
}

} // namespace

result<tool_arguments> tool_arguments::parse(std::string_view arguments_json) {
  const auto parsed = parse_object(arguments_json);
  if (!parsed)
    return parsed.failure();
  tool_arguments arguments;
  for (const auto& [name, v] : parsed->items()) {
    if (v.is_string())
      arguments.values_[name] = v.get<std::string>();
    else if (v.is_boolean())
      arguments.values_[name] = v.get<bool>();
    else if (v.is_number_integer() && fits_int64(v))
      arguments.values_[name] = v.get<std::int64_t>();
    else if (v.is_number())
      arguments.values_[name] = v.get<double>();
  }
  return arguments;
}

template <class T>
std::optional<T> tool_arguments::get(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end() || !std::holds_alternative<T>(found->second))
    return std::nullopt;
  return std::get<T>(found->second);
}

std::optional<std::string> tool_arguments::text(std::string_view name) const {
  return get<std::string>(name);
}

std::optional<std::int64_t> tool_arguments::integer(std::string_view name) const {
  if (const auto real = get<double>(name)) {
    constexpr double exact_max = 0x1.0p53;
    const bool whole = std::trunc(*real) == *real && std::abs(*real) <= exact_max;
    return whole ? std::optional{static_cast<std::int64_t>(*real)} : std::nullopt;
  }
  return get<std::int64_t>(name);
}

std::optional<double> tool_arguments::number(std::string_view name) const {
  if (const auto whole = get<std::int64_t>(name))
    return static_cast<double>(*whole);
  return get<double>(name);
}

std::optional<bool> tool_arguments::flag(std::string_view name) const {
  return get<bool>(name);
}

} // namespace spillway::agents
