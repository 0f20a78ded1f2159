#pragma once

#include <nlohmann/json.hpp>

#include <string>

/// Internal to the sources of `wire/anthropic`: JSON Schema as the vendor takes it.
namespace spillway::wire::anthropic {

/// A tool's `input_schema`: always an object. A text that is no JSON object goes along as it is, so
/// that the vendor refuses it by name instead of us guessing another one.
nlohmann::json encode_input_schema(const std::string& schema_json);

/// Only what `output_config.format` takes: objects are closed, `oneOf` becomes `anyOf`, and bounds
/// the vendor cannot keep become words in the description, which the model reads.
/// Source: https://platform.claude.com/docs/en/build-with-claude/structured-outputs (2026-10).
nlohmann::json encode_output_schema(const nlohmann::json& schema);

/// True for {"type":"object"} and its like: any object will do, which the format cannot say.
bool admits_any_object(const nlohmann::json& schema);

} // namespace spillway::wire::anthropic
