#pragma once

#include "core/result.hpp"

#include <string_view>

namespace spillway::agents {

/// True for a JSON object, and for an empty text, which stands for "no parameters".
bool is_schema(std::string_view schema_json);

/// Checks a call's arguments against its tool's JSON Schema, so that a model's mistake is told to
/// it in words. Knows type, properties, required, additionalProperties: false, enum, const, items
/// and the bounds on numbers, lengths and item counts; ignores other keywords, which tools that
/// need them check themselves.
///
/// Errors: text that is no JSON, nested deeper than `bounds::json_depth_max` or no object; the
/// first mismatch, with its place and what is allowed there. Requires: `is_schema(schema_json)`.
result<void> check_arguments(std::string_view arguments_json, std::string_view schema_json);

} // namespace spillway::agents
