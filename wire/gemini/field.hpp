#pragma once

#include "wire/json_reader.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

/// Internal to the sources of `wire/gemini`: the rules of proto-JSON.
/// Source: https://protobuf.dev/programming-guides/json/ (2026-10).
namespace spillway::wire::gemini {

/// "function_call" -> "functionCall".
std::string camel_case(std::string_view name);

/// A member by its camelCase name, or by its snake_case one if only that is there.
json_node field(const json_node& object, std::string_view name);

/// Faults members of `object` that are none of `known` (camelCase), as Google's servers do.
void refuse_unknown(const json_node& object, std::initializer_list<std::string_view> known);

/// Elements of a repeated field; a single value, which Google's servers take too, is the only one.
std::vector<json_node> items(const json_node& list);

} // namespace spillway::wire::gemini
